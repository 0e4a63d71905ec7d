"""PromQL that counts the events of one tile, or its slices: what all SLI kinds are made of."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from slo.completed import PART, Known, completed, rate_of
from slo.operands import subtracts
from slo.promql import Selector, duration
from slo.query import Query, by_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.model import Base

SLICE = 60
"""Seconds of a slice: a minute of the clock, whatever the evaluation interval."""

_ALL_SLICES = "[4m59s999ms:1m]"
"""The minutes that begin in a tile, each once: a range of exactly 5m would hold a sixth one on Prometheus 2, whose
ranges are closed at both ends, and never on Prometheus 3."""

MILLISECOND = Decimal("0.001")
"""Seconds that a range is short of a window: so it holds as many samples on Prometheus 2, where ranges are closed, as
on 3, where they are left-open."""

_BRIDGE = 150 * 60
_TARGET = "job, instance"


class Reading(msgspec.Struct, frozen=True):
    """How a query of an SLI is read.

    Attributes:
        known: what the SLI knows about the query.
        others: counters that show which targets are not new; none for the query of all events.
    """

    known: Known = Known()
    others: tuple[Query, ...] = ()


def events(query: Query, base: Base, how: Reading) -> str:
    """The events of one tile; `query`: a counter, or an expression that gives events per second."""
    if base.bridge and isinstance(query, Selector) and not base.excluded:
        return _bridged(query, base, how.others)
    counted = in_tile(lambda tile: of_members(_per_second(query, tile, how), tile), base)
    return f"clamp_min({counted}, 0)" if subtracts(query) else counted


def _per_second(query: Query, base: Base, how: Reading) -> str:
    """Events per second of each series."""
    if isinstance(query, Selector):
        text = rate_of(query, base, how.known.buckets.get(query, ()))
        return text[1:-1] if text.startswith("(") else text
    return completed(query.text, base, how.known)


def of_members(series: str, base: Base, operator: str = "sum") -> str:
    """One value of each member of the group; of each SLO, where many are counted together."""
    before, after = base.named
    return f"{before}{operator}{by_labels(base.group_by)}({series}){after}"


class Beside(msgspec.Struct, frozen=True):
    """Two metrics that come and go by themselves: where there are series of `seen`, one of `needed` must be as well."""

    needed: tuple[Selector, ...]
    seen: tuple[Selector, ...]


def where_known(count: str, pairs: Iterable[Beside], base: Base, *, by: bool = True) -> str:
    """The count of a tile, unless one metric was there without the other at its beginning or at its end.

    What one of them counts in a part of a tile is no share of what the other counts in all of it. Without `by`, the
    series of all members are looked at together, since the group has labels that series lack.
    """
    every = base if by else replace(base, group_by=())
    word = "unless" if by or not base.group_by else "unless on ()"
    ends = ("", f" offset {duration(base.tile)}")
    alone = [f"({_there(p.seen, e, every)} unless {_there(p.needed, e, every)})" for p in pairs for e in ends]
    return f"\n{word} ".join([count, *alone])


def _there(selectors: Sequence[Selector], end: str, base: Base) -> str:
    """Whether there is one of the series at one end of the tile."""
    text = " or ".join(of_members(f"{one}{end}", base, "group") for one in selectors)
    return f"({text})" if len(selectors) > 1 else text


def together(counts: Sequence[str]) -> str:
    """The sum of counts of which some may have no series."""
    parts = (f'label_replace({count}, "{PART}", "{n}", "", "")' for n, count in enumerate(counts))
    return f"sum without ({PART}) ({' or '.join(parts)})"


def in_tile(per_second: Callable[[Base], str], base: Base) -> str:
    """The events of one tile from PromQL for events per second over a range.

    Where events are left out, they are counted minute by minute: an excluded moment would otherwise reach five minutes
    beyond its end.
    """
    if not base.excluded:
        return f"{base.tile} * {per_second(base)}"
    return sum_slices(f"{SLICE} * {per_second(minute(base))}", base)


@lru_cache(maxsize=64)
def base_range(tile: int, scrape: int) -> str:
    """The range of a tile and one scrape interval, so that neighbouring tiles share the sample between them."""
    return duration(Decimal(tile + scrape) - MILLISECOND)


def minute(base: Base) -> Base:
    """The base of one slice instead of one tile."""
    return replace(base, tile=SLICE, range=base_range(SLICE, base.scrape), excluded="", bridge=False)


def count_slices(value: str, base: Base) -> str:
    """How many slices of the tile have a value; NaN is none, and where all are NaN the sum is 0: idle is not absent."""
    return sum_slices(f"{value} >= bool -Inf", base)


def sum_slices(value: str, base: Base) -> str:
    """The sum of the slices' values: how many are bad, where the value is 0 or 1.

    What is excluded counts as 0, not as absent: the time is recorded, nothing in it counts.
    """
    kept = f"({value}) unless on () ({base.excluded}) or 0 * ({value})" if base.excluded else value
    return f"sum_over_time(({kept}){_ALL_SLICES})"


def _bridged(selector: Selector, base: Base, others: Sequence[Query]) -> str:
    """The events that `rate` sees, and those that it cannot: of a series that was not there a tile ago, all of them.

    Such a series counts with its whole value where its target was scraped before, after a counter reset too, and less
    its last value where it was there itself within two and a half hours. A target that appears with a large counter is
    counted from there on. What `rate` says of a series of which this is known is left out: it would stretch the part of
    the tile that has samples over the rest.
    """
    tile, reach = duration(base.tile), duration(_BRIDGE // (300 // base.tile))
    by = by_labels(base.group_by).rstrip()
    now = f"(max_over_time({selector}[{tile}]) unless {selector} offset {tile})"
    last = f"last_over_time({selector}[{reach}] offset {tile})"
    tell = [other for other in others if isinstance(other, Selector)] or [selector]
    known = " or ".join(f"{other} offset {tile}" for other in tell)
    return (
        f"sum{by} (\n  {now} - {last} >= 0\n  or {now} and {last}\n  or {now} and on ({_TARGET}) ({known})\n"
        f"  or {base.tile} * rate({selector}[{base.range}])\n)"
    )
