"""The emitted unit tests hold for emitted rules, whatever the window, objective, interval and time scale."""

from decimal import Decimal
from pathlib import Path

import pytest

from slo.model import Scale, SloSet
from tests.rules.judge import check, verdict
from tests.specimens import DAY, LAYOUT, availability, latency, objective, slo_set, written

# window in days -> objective
MIXED = {1: "0.99999", 7: "0.999", 14: "0.99", 28: "0.5", 30: "0.9", 90: "0.9999"}


def members(*days: int, interval: int = 60) -> SloSet:
    """An SLO for each of these windows, of both kinds in turn, some of them in other shards."""
    slos = [
        objective(
            f"over-{day}d",
            window=day * DAY,
            objective=Decimal(MIXED[day]),
            sli=latency(f"seconds_{day}") if number % 2 else availability(f"requests_{day}_total"),
            target='up{job="shop"}' if number % 3 == 0 else None,
            min_bad_events=number + 1,
        )
        for number, day in enumerate(days)
    ]
    return slo_set(*slos, interval=interval, shards=2)


SETS = {
    "windows-of-all-lengths": (members(*MIXED, interval=300), Scale(interval=300)),
    "real-time": (members(1), Scale()),
    "sixty-times-faster": (members(1), Scale(60, 1, 1)),
    "twenty-times-faster": (members(1), Scale(20, 5, 5)),
}


@pytest.mark.parametrize("name", SETS)
def test_emitted_tests_pass(name: str, tmp_path: Path, promtool: Path) -> None:
    """Rules load without duplicates, and promtool finds what theory says."""
    tests = written(tmp_path, *SETS[name])
    assert not check(promtool, tmp_path / LAYOUT["prometheus"])
    assert not verdict(promtool, tests)
