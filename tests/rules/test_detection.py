"""When alerts fire and when they do not, on a server with and without history."""

from pathlib import Path

import pytest

from tests.rules.judge import case, judged
from tests.specimens import DAY, emitted, objective, slo_set

BURN = 'count by (tier) (ALERTS{alertname="SvcApiBudgetBurn",alertstate="firing"})'
GOOD = 'api_requests_total{code="200"}'
BAD = 'api_requests_total{code="500"}'


def tiers(*names: str) -> dict[str, float]:
    """Samples that count one firing alert for each tier."""
    return {f'{{tier="{name}"}}': 1 for name in names}


def ages(*moments: tuple[str, tuple[str, ...]]) -> list[tuple[str, str, dict[str, float]]]:
    """Checks of the firing tiers at some moments."""
    return [(at, BURN, tiers(*names)) for at, names in moments]


@pytest.fixture(scope="module")
def rules() -> str:
    """The rules of one availability SLO of 99.9 % over 30 days."""
    return emitted("prometheus", slo_set(objective("api")))


def test_a_fresh_server_and_a_small_share_of_errors(rules: str, tmp_path: Path, promtool: Path) -> None:
    """2 % errors page after 20 and 108 minutes, as theory says, exhaust nothing, and raise no ticket in three hours."""
    page = ("page-fast",)
    said = judged(
        promtool,
        tmp_path,
        rules,
        "1m",
        case(
            "2 % errors from the start",
            "30s",
            {GOOD: "0+294x360", BAD: "0+6x360"},
            ("10m", "ALERTS", {}),
            *ages(("19m", ()), ("21m", page), ("107m", page), ("109m", (*page, "page-slow"))),
            ("3h", 'ALERTS{severity="ticket"}', {}),
            ("3h", "round(10000 * sum(slo:budget_remaining:ratio))", {"{}": 9167}),
        ),
    )
    assert not said


ALL = ("page-fast", "page-slow", "ticket-fast", "ticket-slow")
OUTAGE = [(0, ()), (1, ALL[:1]), (2, ALL[:1]), (3, ALL[:2]), (4, ALL[:2]), (5, ALL)]


@pytest.mark.parametrize("history", [0, 90], ids=["fresh", "with-history"])
def test_a_total_outage_pages_at_once(history: int, rules: str, tmp_path: Path, promtool: Path) -> None:
    """Theory says 0.9, 2.2, 4.3 and 4.3 minutes: on an empty server and on one with good hours behind it."""
    before = 2 * history
    series = {GOOD: f"0+300x{before} {300 * before}+0x20", BAD: f"0+0x{before} 300+300x20" if history else "0+300x20"}
    moments = [(f"{history + minute}m" if history + minute else "0s", names) for minute, names in OUTAGE]
    assert not judged(promtool, tmp_path, rules, "1m", case("outage", "30s", series, *ages(*moments)))


def test_budget_that_is_spent_is_told_and_recovers_with_the_window(tmp_path: Path, promtool: Path) -> None:
    """A day's budget of 0.1 % is 86.4 seconds of outage; the alert ends when those seconds have left the window."""
    rules = emitted("prometheus", slo_set(objective("api", window=DAY), interval=300))
    exhausted = 'count(ALERTS{alertname="SvcApiBudgetExhausted",alertstate="firing"})'
    left = "round(1000 * slo:budget_remaining:ratio)"
    series = {GOOD: "0+100x9 900+0x1 1000+100x310", BAD: "0+0x9 1+100x1 101+0x310"}
    said = judged(
        promtool,
        tmp_path,
        rules,
        "5m",
        case(
            "two times five minutes of outage in a day",
            "5m",
            series,
            ("40m", exhausted, {}),
            ("55m", exhausted, {"{}": 1}),
            ("24h", exhausted, {"{}": 1}),
            ("25h", exhausted, {}),
            ("25h", left, {'{service="svc", shard="svc-0", slo="api"}': 1000}),
        ),
    )
    assert not said


def test_failures_that_come_one_by_one_raise_one_alert(tmp_path: Path, promtool: Path) -> None:
    """One or two bad events in a day's window, in turn: `min_bad_events` begins the alert and never ends it."""
    rules = emitted("prometheus", slo_set(objective("api", window=DAY), interval=300))
    # At 30 minutes, 12 h, 26 h, 38 h and 52 h: the window holds 1, 2, 1, 2, 1, 2, 1, 2 of them.
    series = {GOOD: "0+1x700", BAD: "0x5 1x137 2x167 3x143 4x167 5x76"}
    firing = 'ALERTS{alertname="SvcApiBudgetExhausted",alertstate="firing"}'
    bad = 'slo:events:1d{kind="bad"}'
    said = judged(
        promtool,
        tmp_path,
        rules,
        "5m",
        case(
            "a failure every twelve or fourteen hours",
            "5m",
            series,
            ("11h", firing, {}),
            ("54h", f"round(min_over_time({bad}[40h]))", {'{kind="bad", service="svc", shard="svc-0", slo="api"}': 1}),
            ("54h", f"round(max_over_time({bad}[40h]))", {'{kind="bad", service="svc", shard="svc-0", slo="api"}': 2}),
            ("54h", f"sum(count_over_time({firing}[40h59m]))", {"{}": 492}),
        ),
    )
    assert not said


def test_series_that_come_and_go_raise_one_alert(rules: str, tmp_path: Path, promtool: Path) -> None:
    """A minute of samples in each twenty minutes is recorded for six of them: `NoData` is there all the time."""
    series = {metric: " ".join(["1x2 stale _x36"] * 9) for metric in (GOOD, BAD)}
    firing = 'ALERTS{alertname="SvcApiNoData",alertstate="firing"}'
    recorded = 'slo:events:5m{kind="bad"}'
    said = judged(
        promtool,
        tmp_path,
        rules,
        "1m",
        case(
            "eight gaps",
            "30s",
            series,
            ("2h59m", f"sum(count_over_time({recorded}[2h30m]) < bool 60)", {"{}": 1}),
            ("2h59m", f"sum(count_over_time({firing}[2h29m59s]))", {"{}": 150}),
        ),
    )
    assert not said


def test_one_failure_on_an_idle_day_does_not_spend_the_budget(tmp_path: Path, promtool: Path) -> None:
    """The only event of a fresh server fails: below `min_bad_events` that is no reason to open a ticket."""
    rules = emitted("prometheus", slo_set(objective("api", window=DAY)))
    series = {GOOD: "0+0x30", BAD: "0+0x2 1+0x28"}
    said = judged(
        promtool,
        tmp_path,
        rules,
        "1m",
        case(
            "one bad event in half an hour",
            "1m",
            series,
            ("20m", "count(slo:budget_remaining:ratio < 0)", {"{}": 1}),
            ("20m", 'count(ALERTS{alertname="SvcApiBudgetExhausted"})', {}),
        ),
    )
    assert not said


def test_one_target_of_many_is_enough(tmp_path: Path, promtool: Path) -> None:
    """Series that were never there are no emergency as long as one target answers; all of them down is a page."""
    rules = emitted("prometheus", slo_set(objective("api", target='up{job="api"}', no_data="page")))
    alert = 'count by (severity) (ALERTS{alertname="SvcApiNoData",alertstate="firing"})'
    up = {'up{job="api",instance="a"}': "1+0x30", 'up{job="api",instance="b"}': "0+0x60"}
    down = {'up{job="api",instance="a"}': "1+0x30 0+0x30", 'up{job="api",instance="b"}': "0+0x60"}
    silent = case("one is up", "1m", up, ("30m", alert, {}))
    raised = case("none is up", "1m", down, ("30m", alert, {}), ("42m", alert, {'{severity="page"}': 1}))
    assert not judged(promtool, tmp_path, rules, "1m", silent, raised)
