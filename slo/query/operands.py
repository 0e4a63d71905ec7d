"""The operands of a query: which are better when larger, and which belong to one histogram."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql import Selector, naming, parse_expr
from slo.promql.functions import ABSENCE
from slo.promql.tree import Binary, Call, Node, Unary, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.query.query import Query

GOOD, NEUTRAL, BAD = 1, 0, -1
"""Whether a larger value is better, neutral or worse."""

LE = "le"
LABELLING = frozenset({"label_join", "label_replace"})
"""Functions that set labels."""
_CONSTANT = ABSENCE | {"vector"}
_INFINITE = frozenset({"+Inf", r"\+Inf", "[+]Inf", "Inf"})

Buckets = Mapping[Selector, tuple[Selector, ...]]
"""The counter of a histogram, and the buckets that its series must have to count."""


def operands(query: Query, sign: int) -> tuple[tuple[Selector, int], ...]:
    """Return the selectors of a query, each with its sign; `sign`: that of the query. A denominator is neutral."""
    return ((query, sign),) if isinstance(query, Selector) else _operands(query.text, sign)


@lru_cache(maxsize=4096)
def _operands(text: str, sign: int) -> tuple[tuple[Selector, int], ...]:
    found: list[tuple[Selector, int]] = []
    _add(parse_expr(text).tree, sign, found)
    return tuple(found)


def _add(node: Node, sign: int, found: list[tuple[Selector, int]]) -> None:
    """Add the selectors of a node to those found."""
    if isinstance(node, VectorSelector):
        found.append((node.selector, sign))
    elif isinstance(node, Binary | Unary):
        first, last = _signs(node, sign)
        for part in node.parts[:-1]:
            _add(part, first, found)
        _add(node.parts[-1], last, found)
    else:
        for part in node.parts:
            _add(part, sign, found)


def _signs(node: Binary | Unary, sign: int) -> tuple[int, int]:
    """Return the signs of the first and the last operand."""
    operator = "-" if isinstance(node, Unary) else node.operator
    if operator == "or" and sign == GOOD and has_fallback(node):
        return NEUTRAL, NEUTRAL
    return sign, {"-": -sign, "/": NEUTRAL}.get(operator, sign)


def subtracts(query: Query) -> bool:
    """Whether the query subtracts, so that it may be negative while an operand appears or disappears."""
    return not isinstance(query, Selector) and any(sign == BAD for _, sign in operands(query, GOOD))


def makes_labels(query: Query) -> bool:
    """Whether the result may have labels that the series lack."""
    if isinstance(query, Selector):
        return False
    nodes = walk(parse_expr(query.text).tree)
    return any((isinstance(n, Call) and n.name in LABELLING) or is_join(n) for n in nodes)


def is_join(node: Node) -> bool:
    """Whether it is a many-to-one match: `group_left` or `group_right`."""
    return isinstance(node, Binary) and node.matching is not None and node.matching.grouped != ""


def has_fallback(node: Node) -> bool:
    """Whether it has a value without any series, by a fallback such as `or vector(0)`."""
    return any(isinstance(part, Call) and part.name in _CONSTANT for part in walk(node))


def selectors_in(node: Node) -> Iterator[Selector]:
    """Return every selector of a node."""
    return (part.selector for part in walk(node) if isinstance(part, VectorSelector))


def metrics(selectors: Iterable[Selector]) -> set[str]:
    """Return the metrics that selectors read, histograms by their base name; an empty name is a pattern of names."""
    return {naming.base_name(selector.metric) for selector in selectors}


def buckets_of(selectors: Iterable[Selector]) -> Buckets:
    """Pair the counters of histograms among the selectors of an SLI with the buckets it reads."""
    every = tuple(selectors)
    bounds = [one for one in every if is_bucket(one)]
    if not bounds:
        return {}
    found = {one: tuple(dict.fromkeys(b for bound in bounds if (b := _of(one, bound)))) for one in every}
    return {counter: buckets for counter, buckets in found.items() if buckets}


def belongs(selector: Selector, buckets: Buckets) -> bool:
    """Whether it is a bucket of a histogram that is counted, too."""
    return is_bucket(selector) and metrics([selector]) <= metrics(buckets)


def is_bucket(selector: Selector) -> bool:
    """Whether it reads one bucket other than +Inf."""
    if not selector.name.endswith("_bucket"):
        return False
    les = [m for m in selector.matchers if m.label == LE]
    return len(les) == 1 and les[0].value not in _INFINITE


def _of(counter: Selector, bucket: Selector) -> Selector | None:
    """Return the bucket with the matchers of the counter, if both belong to one histogram."""
    base = bucket.name.removesuffix("_bucket")
    others = tuple(m for m in counter.matchers if m.label != LE)
    everything = counter.name == f"{base}_count" or (
        counter.name == bucket.name and any(m.label == LE and m.value in _INFINITE for m in counter.matchers)
    )
    if not everything or not set(others) <= set(bucket.matchers):
        return None
    return Selector(bucket.name, (*others, *(m for m in bucket.matchers if m.label == LE)))
