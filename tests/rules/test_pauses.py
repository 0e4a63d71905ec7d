"""Rules that were not evaluated for a while do not take whole tiles out of the windows."""

from pathlib import Path

import pytest

from slo.burnrate import DAY, HOUR, MINUTE
from slo.plan import cascade
from tests.rules.judge import case, judged

STEP = "5m"
EVALUATED = 'slo:evaluated:timestamp_seconds{shard="s-0"}'
ALWAYS = "1x288"
PAUSED = "1x213 _x4 1x71"  # 17:50 to 18:05
SIX_HOURS = "6x209 5 6x2 _x4 6x71"  # five were counted until 17:30, and at 18:00 nothing was recorded


def expr(window: int) -> str:
    """The rule of a window."""
    known = [30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY]
    return cascade.records("s-0", known, 1)[known.index(window)].expr


@pytest.mark.parametrize(("evaluated", "events"), [(PAUSED, 23), (ALWAYS, 18)], ids=["paused", "nothing happened"])
def test_an_earlier_record_stands_for_a_long_tile(evaluated: str, events: int, tmp_path: Path, promtool: Path) -> None:
    """Where the rules ran and recorded nothing, nothing happened: nothing stands for it."""
    series = {'slo:events:6h{shard="s-0",kind="total"}': SIX_HOURS, EVALUATED: evaluated}
    seen = case("day", STEP, series, ("24h", expr(DAY), {'{shard="s-0",kind="total"}': events}))
    assert judged(promtool, tmp_path, "groups: []", STEP, seen) == ""


def test_half_of_an_hour_stands_for_the_hour(tmp_path: Path, promtool: Path) -> None:
    """At two o'clock the hour until one is missing, of which the first half was recorded."""
    series = {
        'slo:events:1h{shard="s-0",kind="bad"}': "4x9 _x4 4x11",
        'slo:events:30m{shard="s-0",kind="bad"}': "2x9 _x4 2x11",
    }
    seen = case("hours", STEP, series, ("2h", expr(2 * HOUR), {'{shard="s-0",kind="bad"}': 6}))
    assert judged(promtool, tmp_path, "groups: []", STEP, seen) == ""
