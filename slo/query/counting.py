"""PromQL that counts the events of one subwindow, or its slices: what all SLI kinds are made of."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from slo.promql import Selector, duration
from slo.query.operands import subtracts
from slo.query.query import Query, by_labels
from slo.query.zero_fill import QueryFacts, rate_of, zero_filled
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.model import CountingWindow

SLICE = 60
"""Seconds of a slice: a minute of the clock, whatever the evaluation interval."""

_ALL_SLICES = "[4m59s999ms:1m]"
"""The minutes that begin in a subwindow, each once: a range of exactly 5m would hold a sixth one on Prometheus 2, whose
ranges are closed at both ends, and never on Prometheus 3."""

MILLISECOND = Decimal("0.001")
"""Seconds that a range is short of a window: so it holds as many samples on Prometheus 2, where ranges are closed, as
on 3, where they are left-open."""

_BRIDGE = 150 * 60
_TARGET = "job, instance"


def events(query: Query, base: CountingWindow, facts: QueryFacts, *others: Query) -> str:
    """Return the events of one subwindow.

    Args:
        query: a counter, or an expression that gives events per second.
        base: the subwindow.
        facts: what the SLI knows about the query.
        others: counters that show which targets are not new, for `data_loss: bridge`.
    """
    if base.bridge and isinstance(query, Selector) and not base.excluded:
        return _bridged(query, base, others)
    counted = in_subwindow(lambda subwindow: by_member(_per_second(query, subwindow, facts), subwindow), base)
    return f"clamp_min({counted}, 0)" if subtracts(query) else counted


def _per_second(query: Query, base: CountingWindow, facts: QueryFacts) -> str:
    """Return the events per second of each series."""
    if isinstance(query, Selector):
        text = rate_of(query, base, facts.buckets.get(query, ()))
        return text[1:-1] if text.startswith("(") else text
    return zero_filled(query.text, base, facts)


def by_member(series: str, base: CountingWindow, operator: str = "sum") -> str:
    """Aggregate series to one value per member of the group, or per SLO where one rule counts many SLOs."""
    before, after = base.sum_by_slo
    return f"{before}{operator}{by_labels(base.group_by)}({series}){after}"


class MetricPair(msgspec.Struct, frozen=True):
    """Two metrics that appear and disappear independently: while `seen` has series, `needed` must have one, too."""

    needed: tuple[Selector, ...]
    seen: tuple[Selector, ...]


def where_measured(count: str, pairs: Iterable[MetricPair], base: CountingWindow, *, by: bool = True) -> str:
    """Drop the count of a subwindow if one metric of a pair was missing at its beginning or its end.

    A metric that covers part of the subwindow cannot be compared with one that covers all of it. Without `by`, presence
    is checked for the whole group, because the series lack its labels.
    """
    every = base if by else replace(base, group_by=())
    word = "unless" if by or not base.group_by else "unless on ()"
    ends = ("", f" offset {duration(base.subwindow)}")
    alone = [f"({_present(p.seen, e, every)} unless {_present(p.needed, e, every)})" for p in pairs for e in ends]
    return f"\n{word} ".join([count, *alone])


def _present(selectors: Sequence[Selector], end: str, base: CountingWindow) -> str:
    """Return PromQL that has a sample while one of the series exists at this end of the subwindow."""
    text = " or ".join(by_member(f"{one}{end}", base, "group") for one in selectors)
    return f"({text})" if len(selectors) > 1 else text


def in_subwindow(per_second: Callable[[CountingWindow], str], base: CountingWindow) -> str:
    """Return the events of one subwindow from PromQL for events per second over a range.

    Where events are left out, they are counted minute by minute: an excluded moment would otherwise reach five minutes
    beyond its end.
    """
    if not base.excluded:
        return f"{base.subwindow} * {per_second(base)}"
    return sum_slices(f"{SLICE} * {per_second(minute(base))}", base)


@lru_cache(maxsize=64)
def base_range(subwindow: int, scrape: int) -> str:
    """Return the range of a subwindow and one scrape interval: neighbours share their boundary sample."""
    return duration(Decimal(subwindow + scrape) - MILLISECOND)


def minute(base: CountingWindow) -> CountingWindow:
    """Return the base of one slice instead of one subwindow."""
    return replace(base, subwindow=SLICE, range=base_range(SLICE, base.scrape), excluded="", bridge=False)


def count_slices(value: str, base: CountingWindow) -> str:
    """Return the number of slices with a value: NaN is none, and 0 if all are NaN, since idle is not missing."""
    return sum_slices(f"{value} >= bool -Inf", base)


def sum_slices(value: str, base: CountingWindow) -> str:
    """Return the sum of the slices' values: the number of bad ones, where the value is 0 or 1.

    Excluded slices count as 0 instead of missing: the time is recorded, its events are not counted.
    """
    kept = f"({value}) unless on () ({base.excluded}) or 0 * ({value})" if base.excluded else value
    return f"sum_over_time(({kept}){_ALL_SLICES})"


def _bridged(selector: Selector, base: CountingWindow, others: Sequence[Query]) -> str:
    """Return the events that `rate` sees, and all events of series that did not exist one subwindow ago.

    Such a series counts with its whole value if its target was scraped before, also after a counter reset; its last
    value is subtracted if it existed within 2.5 hours. A new target with a large counter counts from its first sample.
    The `rate` of such series is left out: it would extrapolate the samples to the whole subwindow.
    """
    subwindow, reach = duration(base.subwindow), duration(_BRIDGE // (SUBWINDOW // base.subwindow))
    by = by_labels(base.group_by).rstrip()
    now = f"(max_over_time({selector}[{subwindow}]) unless {selector} offset {subwindow})"
    last = f"last_over_time({selector}[{reach}] offset {subwindow})"
    tell = [other for other in others if isinstance(other, Selector)] or [selector]
    known = " or ".join(f"{other} offset {subwindow}" for other in tell)
    return (
        f"sum{by} (\n  {now} - {last} >= 0\n  or {now} and {last}\n  or {now} and on ({_TARGET}) ({known})\n"
        f"  or {base.subwindow} * rate({selector}[{base.range}])\n)"
    )
