"""The cascade: every window is the sum of adjacent, shorter windows that were recorded before it.

Counts are added, never ratios: an average of ratios is wrong as soon as traffic is uneven. A window reads one sample
of each tile, however many raw series there are. The label `tile` keeps the tiles apart in the union, so that a tile
that is missing counts as nothing and does not take the whole window with it.

What an evaluation costs is mostly these unions: `or` looks at every series of both of its sides. So tiles are as long
as possible, a window begins with the longest one that was just recorded from the same tiles, and many tiles are added
up in several sums.

A tile that was not recorded, for Prometheus was away or its rules failed, would take hours or days with it. So half of
an hour stands for the whole, and for a longer tile its own record of half an hour before: what half an hour counts
twice is less than what a tile counts for nothing. The latter only where the rules were not evaluated: where they ran
and had nothing to record, there was nothing.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from slo.burnrate import DAY, HOUR, MINUTE
from slo.plan import names
from slo.plan.values import Record
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

TILE = 5 * MINUTE
HALF_HOUR = 30 * MINUTE
"""So much older is the record that stands for a missing one; with the look-back it bridges pauses of 35 minutes."""
_MONTH = 30 * DAY
_SIZES = ((_MONTH, 2 * _MONTH), (3 * DAY, 3 * DAY), (DAY, DAY), (6 * HOUR, 6 * HOUR), (HOUR, HOUR), (TILE, TILE))
"""(size of a tile, windows that are longer than this have it)."""
_MANY = 8


def with_sources(windows: set[int]) -> list[int]:
    """All windows that must be recorded so that these can be, each after those that it is made of; without the base."""
    wanted = windows - {TILE}
    sources = {tile for window in wanted for tile, _ in tiles(window)} - {TILE}
    sources |= {HALF_HOUR} if HOUR in sources else set()
    return sorted(wanted) if sources <= wanted else with_sources(wanted | sources)


def tiles(window: int) -> list[tuple[int, int]]:
    """(tile, offset) pairs in seconds: shorter windows that together cover this one exactly once."""
    pairs = []
    offset = 0
    while offset < window:
        size = _largest(window, window - offset)
        pairs.append((size, offset))
        offset += size
    return pairs


def _largest(window: int, rest: int) -> int:
    """The largest tile that fits."""
    return next(size for size, above in _SIZES if window > above and rest >= size)


def records(shard: str, windows: list[int], factor: int) -> list[Record]:
    """One rule per window, for all SLOs and all three kinds of events of the shard.

    The series carry their shard already; written as a label of the rule it keeps the rules of two shards apart, too.
    """
    made = []
    for number, window in enumerate(windows):
        sources = [_source(shard, *part, factor) for part in parts(window, windows[:number])]
        made.append(Record(names.events(window), _sum(sources), (("shard", shard),)))
    return made


def parts(window: int, recorded: Sequence[int]) -> list[tuple[int, int]]:
    """Like `tiles`; the first ones as one window, where one was recorded that consists of just these."""
    pairs = tiles(window)
    for shorter in reversed(recorded):
        count = len(own := tiles(shorter))
        if pairs[:count] == own:
            return [(shorter, 0), *pairs[count:]]
    return pairs


def _source(shard: str, window: int, offset: int, factor: int) -> str:
    """The record of a tile, or what stands for it."""
    series = names.selector(names.events(window), shard=shard)
    if not offset:
        return series
    ago, earlier = (f"offset {duration(seconds // factor)}" for seconds in (offset, offset + HALF_HOUR))
    if window < HOUR:
        return f"{series} {ago}"
    if window == HOUR:
        return f"{series} {ago}\nor {names.selector(names.events(HALF_HOUR), shard=shard)} {earlier}"
    return (
        f"{series} {ago}\nor {series} {earlier} unless on (shard) {names.selector(names.EVALUATED, shard=shard)} {ago}"
    )


def _sum(sources: Sequence[str], pad: str = "  ") -> str:
    """What all of them add up to, where one that is missing counts as nothing."""
    if len(sources) > _MANY:
        size = isqrt(len(sources) - 1) + 1
        chunks = [sources[start : start + size] for start in range(0, len(sources), size)]
        sources = [_sum(chunk, f"  {pad}") for chunk in chunks]
    else:
        sources = [source.replace("\n", f"\n{pad}   ") for source in sources]
    first, *others = sources
    apart = [f'{pad}or label_replace({source}, "tile", "{number}", "", "")' for number, source in enumerate(others, 1)]
    return "\n".join(["sum without (tile) (", f"{pad}   {first}", *apart, f"{pad[2:]})"])


def evaluated(shard: str) -> Record:
    """Tells a window that was not recorded, for the rules did not run, from one in which nothing happened."""
    return Record(names.EVALUATED, "vector(time())", (("shard", shard),))


def ratios(shard: str, windows: list[int]) -> list[Record]:
    """Bad / total per window: absent when idle, never NaN."""
    return [Record(names.error_ratio(w), _ratio(shard, w), (("shard", shard),)) for w in windows]


def _ratio(shard: str, window: int) -> str:
    bad = names.selector(names.events(window), shard=shard, kind="bad")
    total = names.selector(names.events(window), shard=shard, kind="total")
    return f"{bad}\n/ ignoring (kind) ({total} > 0)"
