"""What stands for the records of a moment at which the rules were not evaluated.

Prometheus may be away, or too busy: then there is no record of that moment, and no rule can write one into the past. A
window that reads its tiles at such moments would lose hours or days for the sake of some minutes.

But what the record would have held can be added up later, from the same tiles at offsets that are as much longer. Its
first tile is missing in turn, and so on down to the hour, which is added up from its five minutes at once:

    6h until an hour ago = 2h until an hour ago + 2h until three hours ago + 2h until five hours ago

That is recorded in a series of its own, only while it is needed, and whoever misses a tile looks there: an hour after
the moment, and where there is nothing two hours after it, as another pause may have been there.

PromQL reads all that a rule names, needed or not. So these rules, which `cascade` writes, are a group of their own
that is evaluated once in a tile: what they record is found by the look-back of Prometheus until they are evaluated
again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.burnrate import HOUR
from slo.counting import MILLISECOND
from slo.plan import names
from slo.plan.rules import Record
from slo.plan.windows.subwindows import TILE
from slo.promql import duration

if TYPE_CHECKING:
    from slo.model import Scale

LATER = (HOUR, 2 * HOUR)
"""How many seconds after its end a window is recorded that was missed. None is longer than the shortest such window."""


def evaluated(shard: str) -> Record:
    """Tells a window that was not recorded, for the rules did not run, from one in which nothing happened."""
    return Record(names.EVALUATED, "vector(time())", (("shard", shard),))


def recently_missed(shard: str, ago: int, scale: Scale) -> Record:
    """Is there where the rules were missed once or more while the tile went by that began so many seconds ago."""
    known = (TILE // scale.factor) + scale.interval
    evaluations = f"{names.selector(names.EVALUATED, shard=shard)}[{duration(known)}]"
    seen = f"count_over_time({evaluations} offset {duration((ago - TILE) // scale.factor)})"
    expr = f"vector(1) unless on () ({seen} >= {known // scale.interval})"
    return Record(names.missed(ago), expr, (("shard", shard),))


def _evaluated(shard: str, ago: int, factor: int) -> str:
    return f"{names.selector(names.EVALUATED, shard=shard)} offset {duration(ago // factor)}"


def while_missed(expr: str, shard: str, ago: int) -> str:
    """The expression, only while it is needed.

    It stands behind each selector and not behind their sum: PromQL evaluates whatever it is given, but it takes no time
    to add up nothing.
    """
    return f"{expr} and on (shard) {names.selector(names.missed(ago), shard=shard)}"


def stand_ins(shard: str, window: int, ago: int, factor: int) -> list[str]:
    """What to read where the record of a window that ended so many seconds ago is missing, the best first."""
    if window == TILE:
        return []
    if window <= HOUR:
        return [f"{_short(shard, window, ago, factor)} unless on (shard) {_evaluated(shard, ago, factor)}"]
    series = ((names.selector(names.ago(window, later), shard=shard), ago - later) for later in LATER)
    return [f"{one} offset {duration(rest // factor)}" if rest else one for one, rest in series if rest >= 0]


def made_up(shard: str, window: int, ago: int, factor: int) -> str:
    """The window that was missed so many seconds ago, where those that are shorter have just been made up for."""
    return (
        while_missed(_short(shard, window, ago, factor), shard, ago)
        if window == HOUR
        else names.selector(names.ago(window, ago), shard=shard)
    )


def _short(shard: str, window: int, ago: int, factor: int) -> str:
    """The hour or less that ended so many seconds ago, as tiles of which the last ended with a whole five minutes.

    A subquery costs a tenth of a union, but its steps are whole multiples of its step: it is up to a tile older than it
    should be, and what is before it counts that much twice.
    """
    whole, step = Decimal(window // factor) - MILLISECOND, TILE // factor
    reach = f"[{duration(whole)}:{duration(step)}] offset {duration(ago // factor)}"
    return f"sum_over_time({names.selector(names.events(TILE), shard=shard)}{reach})"
