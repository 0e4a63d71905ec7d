"""A flood of log lines or of label values does no harm to the shop, to alerts and to queries."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import requests

from bench.cost import CommandFailedError
from bench.fullbox import full_box
from bench.load import load, read
from bench.report import Report, Table
from bench.versions import machine
from tests.e2e import alerting, log_flood
from tests.e2e.queues import total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.fullbox import FullBox
    from tests.e2e.conftest import Publish

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SECONDS = 60.0
"""Of the flood, and of the calm before and after it."""
PER_SECOND = 50.0
LINES_PER_SECOND = 10_000
WARM_UP_SECONDS = 5.0
POLL_SECONDS = 1.0


@dataclass(slots=True)
class Watch:
    """Alerts and queries during a flood, once a second; `alerts` by seconds since the flood began."""

    box: FullBox = field(repr=False)
    alerts: dict[str, float] = field(default_factory=dict)
    queries: int = 0
    failed: int = 0
    overdue: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def run(self, since: float) -> None:
        """Poll until the end."""
        while not self._done.wait(POLL_SECONDS):
            for poll in (self._metrics, self._logs, self._watchdog):
                self.queries += 1
                try:
                    poll(since)
                except (CommandFailedError, requests.RequestException):
                    self.failed += 1

    def end(self) -> None:
        """Stop polling."""
        self._done.set()

    def _metrics(self, since: float) -> None:
        self.box.get("prometheus", "/api/v1/query", query="sum by (service) (rate(http_requests_total[1m]))")
        for name in alerting.platform(self.box) - self.alerts.keys():
            self.alerts[name] = time.time() - since

    def _logs(self, since: float) -> None:
        start = int(max(since, time.time() - 30) * 1e9)
        query = urlencode({"query": 'service.name:="web" request', "start": start, "limit": 20})
        self.box.text("victoria-logs", f"/select/logsql/query?{query}")

    def _watchdog(self, _since: float) -> None:
        self.overdue += bool(self.box.get("pager", "/api/watchdog")["overdue"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One flood: its requests, medians in milliseconds, what was watched, and the figures of the flooded part."""

    name: str
    requests: int
    failed: int
    calm_ms: float
    flood_ms: float
    watch: Watch
    figures: str


def collector(box: FullBox) -> str:
    """Ten thousand lines a second to the Collector, from a sender that ignores its answers."""
    sent = log_flood.result(log_flood.start(box.url("otel-collector/otlp-http"), LINES_PER_SECOND, SECONDS))
    stored = _stored(box, sent.taken)
    assert sent.taken == stored
    return (
        f"{sent.attempted:,} lines sent in {sent.seconds:.0f} s, {sent.taken:,} taken by the Collector, "
        f"{stored:,} in VictoriaLogs"
    )


def log_lines(box: FullBox) -> str:
    """The shop itself tries to write ten thousand lines a second."""
    before = total(box, "web", "shop_log_lines_dropped_total")
    box.fault("web", "log_flood", rate=1.0, seconds=SECONDS)
    time.sleep(SECONDS)
    attempted = _effects(box, "log_flood")
    dropped = total(box, "web", "shop_log_lines_dropped_total") - before
    assert attempted > dropped > 0
    return f"{attempted:,.0f} lines attempted, {attempted - dropped:,.0f} written, {dropped:,.0f} counted as dropped"


def cardinality(box: FullBox) -> str:
    """The shop counts by a label with ten thousand values."""
    box.fault("web", "cardinality", rate=1.0, seconds=SECONDS)
    time.sleep(SECONDS * 0.8)
    series = box.text("web", "/metrics").count("\nshop_visits_total{")
    over = total(box, "web", "shop_label_overflow_total")
    time.sleep(SECONDS * 0.2)
    assert over > 0
    values = _effects(box, "cardinality")
    return f"{values:,} values attempted, {series:,} series, {over:,.0f} observations counted as `other`"


FLOODS: dict[str, Callable[[FullBox], str]] = {
    "collector": collector,
    "log_flood": log_lines,
    "cardinality": cardinality,
}


@pytest.fixture(scope="module")
def outcomes(publish: Publish) -> Iterator[list[Outcome]]:
    """All floods of this run; their table is published at the end."""
    found: list[Outcome] = []
    yield found
    if found:
        publish(report(found))


@pytest.mark.parametrize("name", FLOODS)
def test_flood(name: str, outcomes: list[Outcome]) -> None:
    """No request fails, alerts arrive, every query is answered, and an alert about the platform fires."""
    outcome = flood(name)
    outcomes.append(outcome)

    assert (outcome.failed, outcome.watch.failed, outcome.watch.overdue) == (0, 0, 0)
    assert outcome.watch.alerts


def flood(name: str) -> Outcome:
    """Start a stack, flood it under load, and watch."""
    with full_box() as box:
        file = box.run / "requests.jsonl"
        with load(box.url("web"), PER_SECOND, WARM_UP_SECONDS + 3 * SECONDS, file):
            time.sleep(WARM_UP_SECONDS + SECONDS)
            watch, begun = Watch(box), time.time()
            thread = threading.Thread(target=watch.run, args=(begun,), daemon=True)
            thread.start()
            figures = FLOODS[name](box)
            ended = min(time.time(), begun + SECONDS)
        watch.end()
        thread.join()
        found = read(file)
    start = found[0].due + WARM_UP_SECONDS
    flooded = [each for each in found if begun <= each.due < ended]
    calm = [each.ms for each in found if start <= each.due < begun or each.due >= ended + WARM_UP_SECONDS]
    failed, ms = sum(each.failed for each in flooded), median(each.ms for each in flooded)
    return Outcome(name, len(flooded), failed, median(calm), ms, watch, figures)


def _effects(box: FullBox, fault: str) -> int:
    mark = f'shop_fault_effects_total{{fault="{fault}"}} '
    return int(float(box.text("web", "/metrics").partition(mark)[2].partition("\n")[0]))


def _stored(box: FullBox, wanted: int) -> int:
    """Lines of the sender in VictoriaLogs, once all have arrived or a minute is over."""
    deadline, found = time.time() + 60, 0
    query = urlencode({"query": f'_time:10m service.name:="{log_flood.SERVICE}" | stats count() lines'})
    while found < wanted and time.time() < deadline:
        time.sleep(2)
        found = int(json.loads(box.text("victoria-logs", f"/select/logsql/query?{query}"))["lines"])
    return found


def report(outcomes: list[Outcome]) -> Report:
    """The table of docs/benchmarks.md."""
    intro = (
        f"`collector`: 10,000 log lines a second to the Collector by OTLP, for {SECONDS:.0f} s. `log_flood` and\n"
        "`cardinality` are faults of the shop: it tries to write 10,000 lines a second, and counts by a label with\n"
        f"10,000 values. All of that under {PER_SECOND:.0f} requests a second; `times` is the median of the flood's\n"
        "requests over that of the calm before and after. Once a second a query goes to Prometheus, one to\n"
        "VictoriaLogs and one to the pager, whose dead man's switch notices whether alerts arrive."
    )
    head = ("flood", "requests", "failed", "ms calm", "ms flooded", "times", "queries failed", "switch overdue")
    figures = "\n".join(f"* `{each.name}`: {each.figures}. Alerts: {_alerts(each)}." for each in outcomes)
    return Report("floods", (intro, Table(head, tuple(map(_row, outcomes))), figures, f"Versions: {machine()}."))


def _row(outcome: Outcome) -> tuple[str, ...]:
    watch = outcome.watch
    return (
        outcome.name,
        f"{outcome.requests:,}",
        f"{outcome.failed:,}",
        f"{outcome.calm_ms:.1f}",
        f"{outcome.flood_ms:.1f}",
        f"{outcome.flood_ms / outcome.calm_ms:.2f}",
        f"{watch.failed} of {watch.queries}",
        f"{watch.overdue}",
    )


def _alerts(outcome: Outcome) -> str:
    seen = sorted(outcome.watch.alerts.items(), key=lambda pair: pair[1])
    return ", ".join(f"{name} after {seconds:.0f} s" for name, seconds in seen) or "none"
