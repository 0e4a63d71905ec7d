"""Windows hold as many events as were counted, whatever the shape of the traffic."""

from itertools import accumulate
from pathlib import Path
from random import Random

import pytest

from tests.rules.judge import case, judged
from tests.specimens import DAY, emitted, objective, slo_set

GOOD = 'api_requests_total{code="200"}'
BAD = 'api_requests_total{code="500"}'
MINUTES = {"5m": 5, "10m": 10, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "3h": 180, "6h": 360, "12h": 720}


def notation(counts: list[int]) -> str:
    """A counter that grows by these counts, one per step, from a first sample of 7."""
    return " ".join(map(str, accumulate(counts, initial=7)))


def counted(window: str, kind: str) -> str:
    """An expression for the events of a window."""
    return f'round(sum(slo:events:{window}{{kind="{kind}"}}))'


SHAPES = {
    "outage in a quiet night, then a busy day": [(60, 10, 0), (30, 0, 10), (120, 1000, 0)],
    "busy day, then an outage in a quiet night": [(120, 1000, 0), (30, 0, 10), (60, 10, 0)],
    "errors now and then": [(1, 50, 1), (7, 50, 0)] * 26,
    "long silence between bursts": [(20, 100, 3), (90, 0, 0), (20, 100, 7), (80, 0, 0)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_counts_and_ratios_are_those_of_the_events(shape: str, tmp_path: Path, promtool: Path) -> None:
    """At many moments the windows hold exactly the events of their last minutes, and ratios are quotients of these."""
    rules = emitted("prometheus", slo_set(objective("api", window=2 * DAY)))
    good = [count for steps, count, _ in SHAPES[shape] for _ in range(steps)]
    bad = [count for steps, _, count in SHAPES[shape] for _ in range(steps)]
    checks = []
    for at in range(65, len(good), 13):
        for window, minutes in (("5m", 5), ("15m", 15), ("1h", 60)):
            failed, total = sum(bad[at - minutes : at]), sum(good[at - minutes : at]) + sum(bad[at - minutes : at])
            checks.append((f"{at}m", counted(window, "bad"), {"{}": failed}))
            checks.append((f"{at}m", counted(window, "total"), {"{}": total}))
            ratio = {"{}": round(10**6 * failed / total)} if total else {}
            checks.append((f"{at}m", f"round(1e6 * sum(slo:error_ratio:{window}))", ratio))
    series = {GOOD: notation(good), BAD: notation(bad)}
    assert not judged(promtool, tmp_path, rules, "1m", case(shape, "1m", series, *checks))


def test_resets_lose_nothing_that_was_scraped(tmp_path: Path, promtool: Path) -> None:
    """Counters that start again at their next event count on; every hour holds its 600 good and 60 bad events."""
    rules = emitted("prometheus", slo_set(objective("api")))
    series = {GOOD: "10+10x29 10+10x44 10+10x60", BAD: "1+1x49 1+1x80"}
    checks = [
        (f"{at}m", counted("1h", kind), {"{}": events})
        for at in (67, 80, 99, 120)
        for kind, events in (("total", 660), ("bad", 60))
    ]
    assert not judged(promtool, tmp_path, rules, "1m", case("restarts", "1m", series, *checks))


@pytest.mark.parametrize(("start", "least"), [(0, 40 * (1 - 15 / 315)), (5_000, 40)], ids=["from-zero", "later"])
def test_a_counter_that_leaves_zero_loses_at_most_a_part_of_a_scrape(
    start: int, least: float, tmp_path: Path, promtool: Path
) -> None:
    """Prometheus extrapolates no counter below zero: docs/how-it-works.md, "What is not exact"."""
    rules = emitted("prometheus", slo_set(objective("api")))
    # Samples every 15 s, 8 s before the evaluations: the phase between both decides how much is lost.
    steps = ([start] * 41) + [start + 10 * n for n in range(1, 5)] + [start + 40] * 60
    shifted = " ".join("_" if second % 15 != 7 else str(steps[second // 15]) for second in range(15 * len(steps)))
    bad = 'sum(slo:events:1h{kind="bad"})'
    checks = [("20m", f"{bad} >= bool {least - 0.001}", {"{}": 1}), ("20m", f"{bad} <= bool 40.001", {"{}": 1})]
    assert not judged(
        promtool, tmp_path, rules, "1m", case("from zero", "1s", {GOOD: "0+1x1500", BAD: shifted}, *checks)
    )


def test_scrapes_that_fail_lose_time_and_not_the_ratio(tmp_path: Path, promtool: Path) -> None:
    """A gap of twenty minutes takes as much from the bad events as from all, and what is covered tells how much."""
    rules = emitted("prometheus", slo_set(objective("api")))
    series = {GOOD: "0+98x30 _x20 4998+98x60", BAD: "0+2x30 _x20 102+2x60"}
    ratio = "round(1e6 * sum(slo:error_ratio:1h))"
    gap = case(
        "gap", "1m", series, ("75m", ratio, {"{}": 20_000}), ("75m", counted("1h", "covered"), {"{}": (60 - 17) * 60})
    )
    assert not judged(promtool, tmp_path, rules, "1m", gap)


def fed(window: str, values: list[int]) -> dict[str, str]:
    """Records of a window as input: the bad events, and ten times as many in total."""
    labels = 'shard="svc-0",service="svc",slo="api"'
    return {
        f'slo:events:{window}{{{labels},kind="{kind}"}}': " ".join(str(value * factor) for value in values)
        for kind, factor in (("bad", 1), ("total", 10))
    }


@pytest.mark.parametrize("days", [1, 2, 7])
def test_every_hour_is_counted_once(days: int, tmp_path: Path, promtool: Path) -> None:
    """Windows of up to a day are sums of the right hours: no two sets of hours have the same sum of powers of two."""
    windows = {1: (2, 6, 12, 24), 2: (2, 3, 12, 24), 7: (2, 6, 24)}[days]
    powers = [2**hour for hour in range(26)]
    checks = [
        (f"{at}h", f'sum(slo:events:{"1d" if hours == 24 else f"{hours}h"}{{kind="bad"}})', {"{}": total})
        for hours in windows
        for at in (24, 25)
        if (total := sum(powers[at + 1 - hours : at + 1]))
    ]
    rules = emitted("prometheus", slo_set(objective("api", window=days * DAY)))
    assert not judged(promtool, tmp_path, rules, "1h", case("hours", "1h", fed("1h", powers), *checks))


@pytest.mark.parametrize("days", [3, 7, 28, 30, 61, 90, 400])
def test_every_day_is_counted_once(days: int, tmp_path: Path, promtool: Path) -> None:
    """Long windows are sums of the right days, those that are built from months too; the ratio follows."""
    dice = Random(days)  # noqa: S311 - traffic, not a secret
    counts = [dice.randrange(10**6) for _ in range(days + 3)]
    window = f"slo:events:{days}d"
    checks: list[tuple[str, str, dict[str, float]]] = [
        (f"{at}d", f'sum({window}{{kind="{kind}"}})', {"{}": factor * sum(counts[at + 1 - days : at + 1])})
        for at in (days, days + 2)
        for kind, factor in (("bad", 1), ("total", 10))
    ]
    checks.append((f"{days}d", f"sum(slo:error_ratio:{days}d)", {"{}": 0.1}))
    rules = emitted("prometheus", slo_set(objective("api", window=days * DAY)))
    assert not judged(promtool, tmp_path, rules, "1d", case("days", "1d", fed("1d", counts), *checks))
