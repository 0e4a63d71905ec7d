"""What a query reads: counters by their rate, values, and the buckets of a histogram; and a series for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from slo.operands import buckets_of
from slo.promql import Matcher, PromqlError, Selector, parse_duration, parse_selector, read
from slo.promql.tree import Aggregation, Call, Node, Read, Subquery
from slo.selectors import example, named, reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.model import Labels
    from slo.query import Query

RATES = frozenset({"increase", "irate", "rate"})
VALUES = frozenset({"avg_over_time", "last_over_time", "max_over_time", "min_over_time", "quantile_over_time"})
WINDOW = -1
"""The range is `$window`."""

Kind = Literal["counter", "gauge", "bucket"]


class UndrivenError(Exception):
    """No input series can be made; the message says why, in words that follow "not tested,"."""


class NoSeriesError(UndrivenError):
    """No series was found with labels that are wanted; there may be one with others."""


class Source(msgspec.Struct, frozen=True):
    """One selector, and how it is read.

    Attributes:
        selector: which series.
        kind: by its rate, by its value, or as the buckets that a quantile is taken of.
        reach: seconds of the range, `WINDOW`, or 0 where the newest sample is read.
        counted: how many there are makes a difference.
    """

    selector: Selector
    kind: Kind
    reach: int = 0
    counted: bool = False


class Input(msgspec.Struct, frozen=True):
    """One input series: as promtool takes it, its labels without its name, and what reads it."""

    series: str
    labels: frozenset[tuple[str, str]]
    source: Source


def tree_of(query: Query) -> Node:
    """The syntax tree of a query; a selector is counted by its rate."""
    return read(f"rate({query}[$window])" if isinstance(query, Selector) else query.text).tree


def sources(trees: Iterable[Node]) -> tuple[Source, ...]:
    """Everything that some queries read, each selector once.

    Raises:
        UndrivenError: something is read in a way that is not followed here.
    """
    found: dict[Selector, Source] = {}
    for source in (one for tree in trees for one in _sources(tree, ())):
        known = found.setdefault(source.selector, source)
        if known.kind != source.kind:
            msg = f"its query reads {source.selector} as a counter and as a value"
            raise UndrivenError(msg)
        found[source.selector] = msgspec.structs.replace(
            known, reach=max(known.reach, source.reach), counted=known.counted or source.counted
        )
    return tuple(found.values())


def _sources(node: Node, within: tuple[str, ...]) -> Iterator[Source]:
    if isinstance(node, Subquery):
        msg = "its query looks back with a subquery"
        raise UndrivenError(msg)
    if isinstance(node, Read):
        yield _source(node, within)
    name = node.name if isinstance(node, Call | Aggregation) else ""
    for part in node.parts:
        yield from _sources(part, (*within, name) if name else within)


def _source(node: Read, within: tuple[str, ...]) -> Source:
    if node.modifiers:
        msg = f'its query looks back with "{node.modifiers[0]}"'
        raise UndrivenError(msg)
    call = within[-1] if within else ""
    if node.range and call not in RATES | VALUES:
        msg = f'its query calls "{call}"'
        raise UndrivenError(msg)
    rate = call in RATES
    kind: Kind = "bucket" if rate and "histogram_quantile" in within else "counter" if rate else "gauge"
    return Source(node.selector, kind, _reach(node), counted="count" in within)


def _reach(node: Read) -> int:
    if node.range is None:
        return 0
    if node.range.window:
        return WINDOW
    try:
        return int(parse_duration(node.at.text.rpartition("[")[2].rstrip("]")))
    except PromqlError:
        msg = f"its query reads {node.at.text}"
        raise UndrivenError(msg) from None


def inputs(found: Sequence[Source], member: Labels) -> tuple[Input, ...]:
    """A series for each selector, which the others do not read where that is possible.

    Raises:
        UndrivenError: for one of them no series was found.
    """
    made: dict[str, Input] = {}
    for source in found:
        series = _series(source.selector, [other.selector for other in found if other is not source], member)
        made.setdefault(series, input_of(series, source))
    return tuple(made.values())


def _series(selector: Selector, others: Sequence[Selector], member: Labels) -> str:
    own = selector.renamed(selector.name, *(Matcher(name, "=", value) for name, value in member))
    wanted = (own, *bucketed(selector, others))
    avoided: list[Selector] = []
    series = example(wanted)
    if series is None:
        msg = f"no series was found that {selector} reads"
        raise NoSeriesError(msg)
    for other in others:
        if reads(other, series) and (apart := example(wanted, (*avoided, other))):
            series = apart
            avoided.append(other)
        elif not reads(other, series):
            avoided.append(other)
    return series


def bucketed(counter: Selector, others: Iterable[Selector]) -> tuple[Selector, ...]:
    """What the series of a counter of all observations have to be as well: those of a bucket that is read beside it.

    Observations count only where the bucket is known.
    """
    beside = (b for b in others if buckets_of((counter, b)).get(counter))
    labels = (tuple(m for m in bucket.matchers if m.label != "le") for bucket in beside)
    return tuple(Selector(counter.name, found) for found in labels)[:1]


def input_of(series: str, source: Source) -> Input:
    """The series with its labels taken apart."""
    labels = ((m.label, m.value) for m in named(parse_selector(series)))
    return Input(series, frozenset(pair for pair in labels if pair[0] != "__name__"), source)
