"""Roll up event counts: every window is the sum of adjacent, shorter windows that were recorded before it.

Counts are added, never ratios: an average of ratios is wrong as soon as traffic is uneven. A window reads one sample of
each subwindow, however many raw series there are.

The cost of an evaluation is mostly `or`, which compares all series of both sides. So subwindows are as long as
possible, a window begins with the longest one just recorded from the same subwindows, and long sums are nested.

A missed evaluation would cost hours or days of the windows that read it: `backfill` records what to read instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.rules import Record
from slo.plan.windows import backfill, subwindows, sum_or_zero
from slo.promql import duration
from slo.times import HOUR

if TYPE_CHECKING:
    from slo.model import Scale


def records(shard: str, windows: list[int], factor: int) -> list[Record]:
    """Return one rule per window, for all SLOs of the shard and all three kinds of events.

    The series have the label `shard` already; as a label of the rule it makes the rules of two shards different.
    """
    made = []
    for number, window in enumerate(windows):
        parts = subwindows.sources(window, windows[:number])
        exprs = ["\nor ".join(_alternatives(shard, *part, factor)) for part in parts]
        made.append(Record(names.events(window), sum_or_zero.total(exprs), (("shard", shard),)))
    return made


def backfills(shard: str, windows: list[int], scale: Scale) -> list[Record]:
    """Return the rules for missed evaluations: two for each size of subwindow, and two that tell when to record."""
    pairs = (pair for window in windows for pair in subwindows.split(window))
    sizes = sorted({size for size, offset in pairs if offset and size > HOUR})
    made = [backfill.recently_missed(shard, ago, scale) for ago in backfill.LATER] if sizes else []
    return made + [_backfill(shard, size, ago, scale.factor) for size in sizes for ago in backfill.LATER]


def _backfill(shard: str, window: int, ago: int, factor: int) -> Record:
    """Return the rule for a window that ended at a missed evaluation: its subwindows, at longer offsets.

    Of two hours the second may be missing as well. It stays missing: twelve more samples would cost too much.
    """
    (first, _), *others = subwindows.split(window)
    exprs = [backfill.window(shard, first, ago, factor)]
    for size, offset in others:
        found = _alternatives(shard, size, offset + ago, factor)[: 1 if size == HOUR else None]
        exprs.append("\nor ".join(backfill.while_missed(one, shard, ago) for one in found))
    return Record(names.ago(window, ago), sum_or_zero.total(exprs), (("shard", shard),))


def _alternatives(shard: str, window: int, offset: int, factor: int) -> list[str]:
    """Return the record of a subwindow, and what to read where it is missing, the best first."""
    series = names.selector(names.events(window), shard=shard)
    if not offset:
        return [series]
    return [f"{series} offset {duration(offset // factor)}", *backfill.alternatives(shard, window, offset, factor)]


def ratios(shard: str, windows: list[int]) -> list[Record]:
    """Return bad / total per window: absent without events, never NaN."""
    return [Record(names.error_ratio(w), _ratio(shard, w), (("shard", shard),)) for w in windows]


def _ratio(shard: str, window: int) -> str:
    bad = names.selector(names.events(window), shard=shard, kind="bad")
    total = names.selector(names.events(window), shard=shard, kind="total")
    return f"{bad}\n/ ignoring (kind) ({total} > 0)"
