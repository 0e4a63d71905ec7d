"""The cascade: every window is the sum of adjacent, shorter windows that were recorded before it.

Counts are added, never ratios: an average of ratios is wrong as soon as traffic is uneven. A window reads one sample
of each tile, however many raw series there are. The label `tile` keeps the tiles apart in the union, so that a tile
that is missing counts as nothing and does not take the whole window with it.
"""

from __future__ import annotations

from slo.burnrate import DAY, HOUR, MINUTE
from slo.plan import names
from slo.plan.values import Record
from slo.promql import duration

TILE = 5 * MINUTE
_MONTH = 30 * DAY
_LONGEST_FROM_DAYS = 60 * DAY


def with_sources(windows: set[int]) -> list[int]:
    """All windows that must be recorded so that these can be, each after those that it is made of; without the base."""
    wanted = windows - {TILE}
    sources = {tile for window in wanted for tile, _ in tiles(window)} - {TILE}
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
    """The largest tile that fits: months for long windows, then days, hours, five minutes."""
    sizes = ((_MONTH, _LONGEST_FROM_DAYS), (DAY, DAY), (HOUR, HOUR), (TILE, TILE))
    return next(size for size, above in sizes if window > above and rest >= size)


def records(shard: str, windows: list[int], factor: int) -> list[Record]:
    """One rule per window, for all SLOs and all three kinds of events of the shard.

    The series carry their shard already; written as a label of the rule it keeps the rules of two shards apart, too.
    """
    return [Record(names.events(w), _sum_of_tiles(shard, w, factor), (("shard", shard),)) for w in windows]


def _sum_of_tiles(shard: str, window: int, factor: int) -> str:
    parts = []
    for number, (tile, offset) in enumerate(tiles(window)):
        source = names.selector(names.events(tile), shard=shard)
        moved = f"{source} offset {duration(offset // factor)}" if offset else source
        parts.append(f'label_replace({moved}, "tile", "{number}", "", "")')
    return "sum without (tile) (\n     " + "\n  or ".join(parts) + "\n)"


def ratios(shard: str, windows: list[int]) -> list[Record]:
    """Bad / total per window: absent when idle, never NaN."""
    return [Record(names.error_ratio(w), _ratio(shard, w), (("shard", shard),)) for w in windows]


def _ratio(shard: str, window: int) -> str:
    bad = names.selector(names.events(window), shard=shard, kind="bad")
    total = names.selector(names.events(window), shard=shard, kind="total")
    return f"sum without (kind) ({bad})\n/ (sum without (kind) ({total}) > 0)"
