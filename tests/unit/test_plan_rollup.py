"""The cascade: the rules that add windows up from shorter ones, and what stands for those that were missed."""

import re

import pytest

from slo.model import Scale
from slo.plan.windows import backfill, rollup, subwindows
from slo.times import DAY, HOUR, MINUTE


def test_a_rule_reads_each_tile_at_its_offset() -> None:
    """Offsets are divided by the time scale, names are not; all tiles but the first are told apart by a label."""
    (record,) = rollup.records("s-0", [10 * MINUTE], 60)
    assert record.name == "slo:events:10m"
    assert record.labels == (("shard", "s-0"),)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:5m{shard="s-0"}\n'
        '  or label_replace(slo:events:5m{shard="s-0"} offset 5s, "tile", "1", "", "")\n'
        ")"
    )


def test_an_hour_that_was_missed_is_added_up_from_its_five_minutes() -> None:
    """Exactly twelve of them, on every version: a range of the whole hour may begin with one more."""
    *_, record = rollup.records("s-0", [30 * MINUTE, HOUR, 2 * HOUR], 1)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:1h{shard="s-0"}\n'
        '  or label_replace(slo:events:1h{shard="s-0"} offset 1h\n'
        '     or sum_over_time(slo:events:5m{shard="s-0"}[59m59s999ms:5m] offset 1h)'
        ' unless on (shard) slo:evaluated:timestamp_seconds{shard="s-0"} offset 1h, "tile", "1", "", "")\n'
        ")"
    )


def test_for_a_longer_tile_stands_what_was_recorded_later() -> None:
    """An hour after its end, else two hours after it; offsets are divided by the time scale."""
    (record,) = rollup.records("s-0", [2 * DAY], 60)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:1d{shard="s-0"}\n'
        '  or label_replace(slo:events:1d{shard="s-0"} offset 24m\n'
        '     or slo:events:1d_1h_ago{shard="s-0"} offset 23m\n'
        '     or slo:events:1d_2h_ago{shard="s-0"} offset 22m, "tile", "1", "", "")\n'
        ")"
    )


def test_a_window_that_was_missed_is_the_sum_of_its_tiles_so_much_longer_ago() -> None:
    """Each of them is read only while it is needed; the first one was missed as well, and has just been made up for."""
    found = {record.name: record.expr for record in rollup.backfills("s-0", [6 * HOUR, DAY], Scale())}
    only = ' and on (shard) slo:missed:1h_ago{shard="s-0"}'
    assert found["slo:events:2h_1h_ago"] == (
        "sum without (tile) (\n"
        f'     sum_over_time(slo:events:5m{{shard="s-0"}}[59m59s999ms:5m] offset 1h){only}\n'
        f'  or label_replace(slo:events:1h{{shard="s-0"}} offset 2h{only}, "tile", "1", "", "")\n'
        ")"
    )
    assert found["slo:events:6h_1h_ago"].startswith(
        "sum without (tile) (\n"
        '     slo:events:2h_1h_ago{shard="s-0"}\n'
        f'  or label_replace(slo:events:2h{{shard="s-0"}} offset 3h{only}\n'
        f'     or slo:events:2h_1h_ago{{shard="s-0"}} offset 2h{only}\n'
        f'     or slo:events:2h_2h_ago{{shard="s-0"}} offset 1h{only}, "tile", "1", "", "")\n'
    )


@pytest.mark.parametrize("window", [30 * DAY, 400 * DAY, 12 * HOUR])
def test_everything_that_is_looked_up_is_recorded(window: int) -> None:
    """No stand-in is read that no rule makes, and none is made that nobody reads."""
    windows = subwindows.with_sources({window})
    late = rollup.backfills("s-0", windows, Scale())
    made = [backfill.evaluated("s-0").name, "slo:events:5m"]
    made += [record.name for record in rollup.records("s-0", windows, 1)]
    read = set()
    for number, record in enumerate(late):
        now = set(re.findall(r"slo:\w+:\w+", record.expr))
        assert now <= {*made, *(earlier.name for earlier in late[:number])}
        read |= now
    read |= {name for record in rollup.records("s-0", windows, 1) for name in re.findall(r"slo:\w+:\w+", record.expr)}
    assert {record.name for record in late} <= read
    assert read <= {*made, *(record.name for record in late)}


def test_windows_of_hours_need_nothing_made_up() -> None:
    """An hour that was missed is added up wherever it is read."""
    assert rollup.backfills("s-0", [30 * MINUTE, HOUR, 2 * HOUR], Scale()) == []


def test_a_shard_tells_when_its_rules_were_missed() -> None:
    """All evaluations of a tile and the one before it have to be there; times are divided by the time scale."""
    record = backfill.recently_missed("s-0", HOUR, Scale(60, 1, 1))
    assert record.name == "slo:missed:1h_ago"
    assert record.labels == (("shard", "s-0"),)
    seen = 'count_over_time(slo:evaluated:timestamp_seconds{shard="s-0"}[6s] offset 55s)'
    assert record.expr == f"vector(1) unless on () ({seen} >= 6)"


def test_every_tile_of_a_long_window_is_read_once() -> None:
    """Each at its own offset."""
    (record,) = rollup.records("s-0", [30 * DAY], 1)
    reads = re.findall(r"slo:events:3d\{[^}]*\}(?: offset (\d+d))?", record.expr)
    assert reads == ["", *(f"{day}d" for day in range(3, 30, 3))]
