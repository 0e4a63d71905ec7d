"""The cascade: every window is the sum of adjacent, shorter windows that were recorded before it.

Counts are added, never ratios: an average of ratios is wrong as soon as traffic is uneven. A window reads one sample
of each tile, however many raw series there are. The label `tile` keeps the tiles apart in the union, so that a tile
that is missing counts as nothing and does not take the whole window with it.

What an evaluation costs is mostly these unions: `or` looks at every series of both of its sides. So tiles are as long
as possible, a window begins with the longest one that was just recorded from the same tiles, and many tiles are added
up in several sums.

A tile that was not recorded, for Prometheus was away or too busy, would take hours or days with it: `pauses` knows what
stands for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import HOUR
from slo.plan import names
from slo.plan.rules import Record
from slo.plan.windows import backfill, sum_or_zero
from slo.plan.windows.subwindows import parts, tiles
from slo.promql import duration

if TYPE_CHECKING:
    from slo.model import Scale


def records(shard: str, windows: list[int], factor: int) -> list[Record]:
    """One rule per window, for all SLOs and all three kinds of events of the shard.

    The series carry their shard already; written as a label of the rule it keeps the rules of two shards apart, too.
    """
    made = []
    for number, window in enumerate(windows):
        sources = ["\nor ".join(_alternatives(shard, *part, factor)) for part in parts(window, windows[:number])]
        made.append(Record(names.events(window), sum_or_zero.total(sources), (("shard", shard),)))
    return made


def late_records(shard: str, windows: list[int], scale: Scale) -> list[Record]:
    """What stands for tiles that were missed: two rules for each size of them, and two that tell when."""
    sizes = sorted({size for window in windows for size, offset in tiles(window) if offset and size > HOUR})
    made = [backfill.recently_missed(shard, ago, scale) for ago in backfill.LATER] if sizes else []
    return made + [_late(shard, size, ago, scale.factor) for size in sizes for ago in backfill.LATER]


def _late(shard: str, window: int, ago: int, factor: int) -> Record:
    """A window that was missed so many seconds ago: its tiles, each so much longer ago.

    Of two hours the second may have been missed as well; that is left at that, for it would cost twelve more samples.
    """
    (first, _), *others = tiles(window)
    sources = [backfill.made_up(shard, first, ago, factor)]
    for size, offset in others:
        found = _alternatives(shard, size, offset + ago, factor)
        sources.append(
            "\nor ".join(backfill.while_missed(one, shard, ago) for one in found[: 1 if size == HOUR else None])
        )
    return Record(names.ago(window, ago), sum_or_zero.total(sources), (("shard", shard),))


def _alternatives(shard: str, window: int, offset: int, factor: int) -> list[str]:
    """The record of a tile, and what stands for it, the best first."""
    series = names.selector(names.events(window), shard=shard)
    if not offset:
        return [series]
    return [f"{series} offset {duration(offset // factor)}", *backfill.stand_ins(shard, window, offset, factor)]


def ratios(shard: str, windows: list[int]) -> list[Record]:
    """Bad / total per window: absent when idle, never NaN."""
    return [Record(names.error_ratio(w), _ratio(shard, w), (("shard", shard),)) for w in windows]


def _ratio(shard: str, window: int) -> str:
    bad = names.selector(names.events(window), shard=shard, kind="bad")
    total = names.selector(names.events(window), shard=shard, kind="total")
    return f"{bad}\n/ ignoring (kind) ({total} > 0)"
