"""The selectors of a query, how it reads them (rate, value, bucket), and an input series for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from slo.promql import Matcher, PromqlError, Selector, parse_duration, parse_expr, parse_selector
from slo.promql.tree import Aggregation, Call, Node, Subquery, VectorSelector
from slo.query.operands import buckets_of
from slo.query.series import example, named, reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.model import Labels
    from slo.query import Query

RATES = frozenset({"increase", "irate", "rate"})
VALUES = frozenset({"avg_over_time", "last_over_time", "max_over_time", "min_over_time", "quantile_over_time"})
WINDOW = -1
"""The reach of a range `$window`."""

Kind = Literal["counter", "gauge", "bucket"]


class UndrivenError(Exception):
    """No input series can be made; the message completes "not tested, ..."."""


class NoSeriesError(UndrivenError):
    """No series was found with these group labels; others may have one."""


class Source(msgspec.Struct, frozen=True):
    """One selector, and how the query reads it.

    Attributes:
        selector: the selector.
        kind: a counter is read by its rate, a gauge by its value, a bucket by `histogram_quantile`.
        reach: seconds of the range, `WINDOW`, or 0 for an instant vector.
        counted: `count` depends on the number of series.
    """

    selector: Selector
    kind: Kind
    reach: int = 0
    counted: bool = False


class Input(msgspec.Struct, frozen=True):
    """One input series in promtool's notation, its labels without the name, and its source."""

    series: str
    labels: frozenset[tuple[str, str]]
    source: Source


def tree_of(query: Query) -> Node:
    """Return the syntax tree of a query; of a selector, that of its rate."""
    return parse_expr(f"rate({query}[$window])" if isinstance(query, Selector) else query.text).tree


def sources(trees: Iterable[Node]) -> tuple[Source, ...]:
    """Return the sources of queries, each selector once.

    Raises:
        UndrivenError: a selector is read in an unsupported way.
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
    if isinstance(node, VectorSelector):
        yield _source(node, within)
    name = node.name if isinstance(node, Call | Aggregation) else ""
    for part in node.parts:
        yield from _sources(part, (*within, name) if name else within)


def _source(node: VectorSelector, within: tuple[str, ...]) -> Source:
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


def _reach(node: VectorSelector) -> int:
    if node.range is None:
        return 0
    if node.range.window:
        return WINDOW
    try:
        return int(parse_duration(node.range.text))
    except PromqlError:
        msg = f"its query reads {node.text}"
        raise UndrivenError(msg) from None


def inputs(found: Sequence[Source], member: Labels) -> tuple[Input, ...]:
    """Return a series for each selector, if possible one that the other selectors do not match.

    Raises:
        NoSeriesError: no series was found for a selector.
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
        msg = f"no series was found that matches {selector}"
        raise NoSeriesError(msg)
    for other in others:
        if reads(other, series) and (apart := example(wanted, (*avoided, other))):
            series = apart
            avoided.append(other)
        elif not reads(other, series):
            avoided.append(other)
    return series


def bucketed(counter: Selector, others: Iterable[Selector]) -> tuple[Selector, ...]:
    """Return the matchers of a bucket that the series of its `_count` must also match.

    Observations count only if the bucket exists.
    """
    beside = (b for b in others if buckets_of((counter, b)).get(counter))
    labels = (tuple(m for m in bucket.matchers if m.label != "le") for bucket in beside)
    return tuple(Selector(counter.name, found) for found in labels)[:1]


def input_of(series: str, source: Source) -> Input:
    """Return the series with its labels parsed."""
    labels = ((m.label, m.value) for m in named(parse_selector(series)))
    return Input(series, frozenset(pair for pair in labels if pair[0] != "__name__"), source)
