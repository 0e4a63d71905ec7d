"""What fails in maintenance burns no budget and wakes nobody; the minutes before and after it count in full."""

from __future__ import annotations

from collections.abc import Container, Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from slo.load import Source
from slo.maintenance.zones import offsets
from slo.pipeline import Request, compile_sources
from tests.documents import load
from tests.rules.judge import case, check, judged

START, END, LAST = 60, 90, 120  # minutes
CALENDAR = '{cron: "0 1 * * *", duration: 30m, reason: upgrade}'
METRIC = "{metric: 'maintenance_active{service=\"shop\"}'}"
# Samples are taken every 15 s, at full minutes too, where the versions disagree about a range of exactly 75 s.
SPEC = """\
version: 1
service: shop
interval: INTERVAL
defaults: {window: 1d, scrape_interval: 14s, objective: 99%}
slos:
  - name: events
    sli: {events: {total: all_total, bad: failed_total}}
  - name: latency
    sli: {latency: {histogram: took_seconds, under: 300ms}}
  - name: limit
    sli: {threshold: {query: depth, under: 10}}
  - name: alive
    sli: {up: 'up{job="shop"}'}
  - name: share
    sli: {ratio: {error: errors}}
  - name: minutes
    sli: {events: {total: all_total, bad: failed_total}}
    budgeting: {slices: 1m, target: 99%}
  - name: members
    sli: {events: {total: all_total, bad: failed_total}}
    group_by: [tenant]
"""
SLOS = tuple(slo["name"] for slo in load(SPEC)["slos"])
EVENTS = dict.fromkeys(SLOS, 60) | dict.fromkeys(("limit", "alive", "share", "minutes"), 1)


def rules(*entries: str, interval: str = "1m") -> str:
    """The rules of a file with this maintenance.

    Unit tests begin in 1970: the calendar, too, and its remainders of negative times would not be those of later years.
    """
    text = SPEC.replace("INTERVAL", interval)
    if entries:
        text += "maintenance:\n" + "".join(f"  - {entry}\n" for entry in entries)
    (compiled,) = compile_sources([Source("slos.yaml", text)], Request(("prometheus",)))
    ((first, _),) = offsets("UTC")
    made = "".join(compiled.files.values()).replace(f"time() > bool {first}", "time() > bool 0")
    return made.replace("vector(time() - ", "vector(time() + 86400 - ")


def series(failing: range | tuple[int, ...], gone: range = range(0)) -> dict[str, str]:
    """All that the SLOs read, four times a minute, and the metric, which is 1 in maintenance.

    Args:
        failing: minutes, by the number at which they begin, in which everything fails.
        gone: minutes without any sample.
    """
    steps = [at // 4 for at in range(4 * LAST)]

    def counter(good: int, bad: int) -> str:
        return shown(accumulate((bad if minute in failing else good for minute in steps), initial=1000))

    def gauge(good: int, bad: int) -> str:
        return shown([good, *(bad if minute in failing else good for minute in steps)])

    def shown(values: Iterable[int]) -> str:
        return " ".join("_" if at // 4 in gone else str(value) for at, value in enumerate(values))

    return {
        'all_total{tenant="a"}': counter(15, 15),
        'failed_total{tenant="a"}': counter(0, 15),
        "took_seconds_count": counter(15, 15),
        'took_seconds_bucket{le="0.3"}': counter(15, 0),
        "depth": gauge(1, 99),
        'up{job="shop"}': gauge(1, 0),
        "errors": gauge(0, 1),
        'maintenance_active{service="shop"}': f"0x{4 * START - 1} 1x{4 * (END - START) - 1} 0x{4 * (LAST - END)}",
    }


def expected(slo: str, at: int, left_out: range, failing: Container[int] = ()) -> dict[str, int]:
    """Total and bad events that five minutes hold at a moment; none where nothing was counted."""
    minutes = [minute for minute in range(at - 4, at + 1) if minute not in left_out]
    bad = sum(minute - 1 in failing for minute in minutes)
    return {"total": EVENTS[slo] * len(minutes), "bad": EVENTS[slo] * bad}


def checks(left_out: range, failing: Container[int] = (), step: int = 1) -> list[tuple[str, str, dict[str, float]]]:
    """What the base rules have recorded before, in and after maintenance."""
    return [
        (f"{at}m", f'round(sum(slo:events:5m{{slo="{slo}",kind="{kind}"}}))', {"{}": events})
        for at in (*range(START - 5, START + 10, step), *range(END - 5, END + 15, step))
        for slo in SLOS
        for kind, events in expected(slo, at, left_out, failing).items()
    ]


def quiet(alert: str) -> list[dict[str, Any]]:
    """No such alert of any SLO, at many moments."""
    return [
        {"eval_time": f"{at}m", "alertname": f"Shop{slo.title()}{alert}", "exp_alerts": []}
        for at in range(START - 5, LAST, 5)
        for slo in SLOS
    ]


PLANNED = range(START + 1, END + 1)
REPORTED = range(START, END + 1)  # the metric was 1 when the last sample of the minute before was taken
KINDS = {"calendar": (CALENDAR, PLANNED), "metric": (METRIC, REPORTED)}


@pytest.mark.parametrize("interval", ["1m", "5m"])
@pytest.mark.parametrize("kind", KINDS)
def test_failures_in_maintenance_do_not_count(kind: str, interval: str, tmp_path: Path, promtool: Path) -> None:
    """When everything fails in maintenance, no SLI of any kind has a bad event, and no alert fires."""
    entry, left_out = KINDS[kind]
    failing = range(START, END)
    made = case(kind, "15s", series(failing), *checks(left_out, step=int(interval[:-1])))
    made["alert_rule_test"] = quiet("BudgetBurn") + quiet("BudgetExhausted") + quiet("NoData")
    text = rules(entry, interval=interval)
    assert ("record: slo:maintenance" in text) == (kind == "calendar" and interval == "1m")
    assert not judged(promtool, tmp_path, text, interval, made)
    assert not check(promtool, tmp_path / "rules.yml")


@pytest.mark.parametrize("kind", KINDS)
def test_the_minutes_around_it_count_in_full(kind: str, tmp_path: Path, promtool: Path) -> None:
    """What fails in the last minute before maintenance and in the first one after it is all there."""
    entry, left_out = KINDS[kind]
    failing = (left_out[0] - 2, left_out[-1])
    made = case(kind, "15s", series(failing), *checks(left_out, failing))
    assert not judged(promtool, tmp_path, rules(entry), "1m", made)


def test_without_maintenance_all_of_it_counts(tmp_path: Path, promtool: Path) -> None:
    """The same failures, without maintenance: they are bad events, and every SLO pages."""
    failing = range(START, END)
    made = case("none", "15s", series(failing), *checks(range(0), failing, step=5))
    assert not judged(promtool, tmp_path, rules(), "1m", made)
    made["alert_rule_test"] = quiet("BudgetBurn")
    said = judged(promtool, tmp_path, rules(), "1m", made)
    assert all(f"alertname: Shop{slo.title()}BudgetBurn" in said for slo in SLOS)


@pytest.mark.parametrize("kind", [*KINDS, "none"])
def test_silence_in_maintenance_is_no_lack_of_data(kind: str, tmp_path: Path, promtool: Path) -> None:
    """Nothing that is switched off for maintenance is missed; without maintenance it is."""
    given = series((), gone=range(START, END)) | {"maintenance_active": series(())[METRIC[10:-2]]}
    made = case(kind, "15s", given)
    made["alert_rule_test"] = quiet("NoData")
    entries = [KINDS[kind][0]] if kind in KINDS else []
    said = judged(promtool, tmp_path, rules(*entries), "1m", made)
    assert bool(said) == (kind == "none")
    assert all(f"alertname: Shop{slo.title()}NoData" in said for slo in SLOS) == (kind == "none")
