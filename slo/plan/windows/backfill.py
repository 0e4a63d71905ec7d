"""Backfill windows that ended at a missed evaluation.

While Prometheus is down or overloaded nothing is recorded, and no rule can write into the past. A window that reads a
subwindow at such a time would lose hours or days because of minutes.

What the record would have held can be summed later, from the same subwindows at longer offsets. The first of these is
missing in turn, down to the hour, which is summed from five minutes at once:

    6h until an hour ago = 2h until an hour ago + 2h until three hours ago + 2h until five hours ago

It is recorded as a series of its own, only while it is needed. A window whose subwindow is missing reads that series
one hour later, or two, if the evaluation one hour later was missed too.

PromQL reads all series that a rule names, needed or not. So these rules are a group of their own with an interval of
one subwindow; their records are found by the look-back of Prometheus until the next evaluation.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.rules import Record
from slo.promql import duration
from slo.query.counting import MILLISECOND
from slo.times import HOUR, SUBWINDOW

if TYPE_CHECKING:
    from slo.model import Scale

LATER = (HOUR, 2 * HOUR)
"""Seconds after the end of a missed window at which it is recorded; no longer than the shortest window backfilled."""


def evaluated(shard: str) -> Record:
    """Return the rule whose record tells a missed evaluation from one without data."""
    return Record(names.EVALUATED, "vector(time())", (("shard", shard),))


def recently_missed(shard: str, ago: int, scale: Scale) -> Record:
    """Return the rule that records whether an evaluation was missed in the subwindow that began this long ago."""
    span = (SUBWINDOW // scale.factor) + scale.interval
    evaluations = f"{names.selector(names.EVALUATED, shard=shard)}[{duration(span)}]"
    seen = f"count_over_time({evaluations} offset {duration((ago - SUBWINDOW) // scale.factor)})"
    expr = f"vector(1) unless on () ({seen} >= {span // scale.interval})"
    return Record(names.missed(ago), expr, (("shard", shard),))


def while_missed(expr: str, shard: str, ago: int) -> str:
    """Return the expression, empty unless an evaluation was missed.

    Use it on each selector and not on their sum: PromQL evaluates every operand, but a sum of nothing is free.
    """
    return f"{expr} and on (shard) {names.selector(names.missed(ago), shard=shard)}"


def alternatives(shard: str, window: int, ago: int, factor: int) -> list[str]:
    """Return what to read where the record of a window that ended this long ago is missing, the best first."""
    if window == SUBWINDOW:
        return []
    if window <= HOUR:
        evaluation = f"{names.selector(names.EVALUATED, shard=shard)} offset {duration(ago // factor)}"
        return [f"{_subquery(shard, window, ago, factor)} unless on (shard) {evaluation}"]
    series = ((names.selector(names.ago(window, later), shard=shard), ago - later) for later in LATER)
    return [f"{one} offset {duration(rest // factor)}" if rest else one for one, rest in series if rest >= 0]


def window(shard: str, seconds: int, ago: int, factor: int) -> str:
    """Return a window that ended at a missed evaluation; shorter ones are backfilled before longer ones."""
    if seconds == HOUR:
        return while_missed(_subquery(shard, seconds, ago, factor), shard, ago)
    return names.selector(names.ago(seconds, ago), shard=shard)


def _subquery(shard: str, window: int, ago: int, factor: int) -> str:
    """Return the sum of the subwindows of up to an hour, from the last full five minutes back.

    A subquery costs a tenth of nested `or`, but its steps are whole multiples of its step: it is up to one subwindow
    older than the window, and counts the events before it that much more.
    """
    whole, step = Decimal(window // factor) - MILLISECOND, SUBWINDOW // factor
    reach = f"[{duration(whole)}:{duration(step)}] offset {duration(ago // factor)}"
    return f"sum_over_time({names.selector(names.events(SUBWINDOW), shard=shard)}{reach})"
