"""PromQL that counts the events of one tile, or its slices: what all SLI kinds are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.promql import Selector, duration
from slo.query import rate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slo.model import Base
    from slo.query import Query

SLICE = 60
"""Seconds of a slice: a minute of the clock, whatever the evaluation interval."""

_ALL_SLICES = "[4m59s999ms:1m]"
"""The minutes that begin in a tile, each once: a range of exactly 5m would hold a sixth one on Prometheus 2, whose
ranges are closed at both ends, and never on Prometheus 3."""

_BRIDGE = 150 * 60
_TARGET = "job, instance"


def events(query: Query, base: Base, *others: Query) -> str:
    """The events of one tile.

    Args:
        query: a counter, or an expression that gives events per second.
        base: the tile.
        others: counters that tell which targets are not new; none where `query` counts all events itself.
    """
    if base.bridge and isinstance(query, Selector) and not base.excluded:
        return _bridged(query, base, others)
    return in_tile(lambda range_: per_second(query, range_, base), base)


def per_second(query: Query, range_: str, base: Base) -> str:
    """Events per second of each member; of each SLO, where many are counted together."""
    before, after = base.named
    return f"{before}{rate(query, range_, base.group_by)}{after}"


def in_tile(per_second: Callable[[str], str], base: Base) -> str:
    """The events of one tile from PromQL for events per second over a range.

    Where events are left out, they are counted minute by minute: an excluded moment would otherwise reach five minutes
    beyond its end.
    """
    if not base.excluded:
        return f"{base.tile} * {per_second(base.range)}"
    return sum_slices(f"{SLICE} * {per_second(minute(base).range)}", base)


def minute(base: Base) -> Base:
    """The base of one slice instead of one tile."""
    return replace(base, tile=SLICE, range=duration(SLICE + base.scrape), excluded="", bridge=False)


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
    by = f" by ({', '.join(base.group_by)})" if base.group_by else ""
    now = f"(max_over_time({selector}[{tile}]) unless {selector} offset {tile})"
    last = f"last_over_time({selector}[{reach}] offset {tile})"
    tell = [other for other in others if isinstance(other, Selector)] or [selector]
    known = " or ".join(f"{other} offset {tile}" for other in tell)
    return (
        f"sum{by} (\n  {now} - {last} >= 0\n  or {now} and {last}\n  or {now} and on ({_TARGET}) ({known})\n"
        f"  or {base.tile} * rate({selector}[{base.range}])\n)"
    )
