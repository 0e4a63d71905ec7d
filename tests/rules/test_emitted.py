"""The emitted unit tests hold for emitted rules, whatever the kind, window, objective, interval and time scale."""

from decimal import Decimal
from pathlib import Path

import pytest

from slo.model import Options, Override, Scale, SloSet
from tests.rules.judge import check, verdict
from tests.rules.kinds import KINDS, UNTESTED, compiled, everything, specification
from tests.specimens import DAY, LAYOUT, availability, emitted, latency, objective, slo_set, texts, written

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


BRIDGED = (
    "data_loss: bridge, sli: {latency: {histogram: nb_seconds, under: 300ms, native: true, errors: nb_failures_total}}"
)
FEW = ("up", "sliced", "grouped-slices", "bridged")
"""Kinds that differ in what they do between two minutes."""


def some(interval: str) -> SloSet:
    """Some kinds in a set that is evaluated so often."""
    return compiled(specification({name: KINDS[name] for name in FEW}, interval))


def grouped(*days: int) -> SloSet:
    """Groups with one member that has an objective of its own, over windows whose slowest tier is raised or not."""
    gold = Override((("tenant", "gold"),), Decimal("0.999"))
    slos = [
        objective(
            f"over-{day}d", window=day * DAY, sli=availability(f"n{day}_total"), group_by=("tenant",), overrides=(gold,)
        )
        for day in days
    ]
    return slo_set(*slos, interval=300)


SETS = {
    "every-kind": (everything(), Scale()),
    "every-kind-in-five-minutes": (everything("5m", "workbook"), Scale(interval=300)),
    "every-half-minute": (some("30s"), Scale(interval=30)),
    "every-quarter-of-a-minute": (some("15s"), Scale(interval=15)),
    "windows-of-all-lengths": (members(*MIXED, interval=300), Scale(interval=300)),
    "members-with-objectives": (grouped(28, 29, 30), Scale(interval=300)),
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


def test_native_histograms_are_tested_where_promtool_can(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """Promtool 3 is given native histograms when nothing older has to read the tests; their rules do what they must."""
    members = compiled(specification({"native": UNTESTED["native"], "bridged": BRIDGED}))
    newest = max(promtools, key=lambda version: [int(part) for part in version.split(".")])
    if not newest.startswith("3"):
        pytest.skip("no promtool 3")
    for target in ("prometheus", "tests"):
        (text,) = texts(target, members, options=Options(prometheus="3")).values()
        (tmp_path / LAYOUT[target]).write_text(text, encoding="utf-8")
    assert "schema:0" in (tmp_path / LAYOUT["tests"]).read_text()
    assert not verdict(promtools[newest], tmp_path / LAYOUT["tests"])
    assert "# Not tested, promtool 2 has no native histograms" in emitted("tests", members)
