"""Floods one part of the stack, and looks at what visitors, alerts and queries notice of it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import requests

from bench.cost import CommandFailedError
from bench.proof import alerts, sender
from bench.proof.calm import total
from bench.proof.fullbox import full_box
from bench.proof.visitors import read, visiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.proof.fullbox import FullBox
    from bench.proof.visitors import Visit

LINES_PER_SECOND = 10_000
_WARM_SECONDS = 5.0
_SERVER_ERROR = 500
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds of the flood and of the calm before and after it, and requests a second."""

    flood: float = 60.0
    calm: float = 60.0
    per_second: float = 50.0


@dataclass(slots=True)
class Watch:
    """What alerts and queries do during a flood, looked at once a second."""

    box: FullBox = field(repr=False)
    alerts: dict[str, float] = field(default_factory=dict)
    """Alert -> seconds since the flood began when it was first seen."""
    queries: int = 0
    failed: int = 0
    overdue: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def run(self, since: float) -> None:
        """Look until told to end."""
        while not self._done.wait(_LOOK_SECONDS):
            for look in (self._metrics, self._logs, self._watchdog):
                self.queries += 1
                try:
                    look(since)
                except (CommandFailedError, requests.RequestException):
                    self.failed += 1

    def end(self) -> None:
        """Stop looking."""
        self._done.set()

    def _metrics(self, since: float) -> None:
        self.box.get("prometheus", "/api/v1/query", query="sum by (service) (rate(http_requests_total[1m]))")
        for name in alerts.platform(self.box) - self.alerts.keys():
            self.alerts[name] = time.time() - since

    def _logs(self, since: float) -> None:
        start = int(max(since, time.time() - 30) * 1e9)
        query = urlencode({"query": 'service.name:="web" request', "start": start, "limit": 20})
        self.box.text("victoria-logs", f"/select/logsql/query?{query}")

    def _watchdog(self, _since: float) -> None:
        self.overdue += bool(self.box.get("pager", "/api/watchdog")["overdue"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one flood; times in milliseconds, `told` is what the flooded part itself says about it."""

    requests: int
    failed: int
    calm_ms: float
    flood_ms: float
    watch: Watch
    told: str

    @property
    def slowdown(self) -> float:
        """How many times longer a request took during the flood, by medians."""
        return self.flood_ms / self.calm_ms


def collector(box: FullBox, seconds: float) -> str:
    """Ten thousand lines a second to the Collector, from a sender that does not care."""
    sent = sender.result(sender.start(box.url("otel-collector/otlp-http"), LINES_PER_SECOND, seconds))
    stored = _stored(box, sent.taken)
    return (
        f"{sent.attempted:,} lines sent in {sent.seconds:.0f} s, {sent.taken:,} taken by the Collector, "
        f"{stored:,} in VictoriaLogs"
    )


def log_flood(box: FullBox, seconds: float) -> str:
    """The shop itself tries to write ten thousand lines a second."""
    before = total(box, "web", "shop_log_lines_dropped_total")
    box.fault("web", "log_flood", rate=1.0, seconds=seconds)
    time.sleep(seconds)
    attempted = _effects(box, "log_flood")
    dropped = total(box, "web", "shop_log_lines_dropped_total") - before
    return f"{attempted:,.0f} lines attempted, {attempted - dropped:,.0f} written, {dropped:,.0f} counted as left out"


def cardinality(box: FullBox, seconds: float) -> str:
    """The shop counts by a label with ten thousand values."""
    box.fault("web", "cardinality", rate=1.0, seconds=seconds)
    time.sleep(seconds * 0.8)
    series = box.text("web", "/metrics").count("\nshop_visits_total{")
    over = total(box, "web", "shop_label_overflow_total")
    time.sleep(seconds * 0.2)
    made = _effects(box, "cardinality")
    return f"{made:,.0f} values attempted, {series:,} series made, {over:,.0f} observations counted as `other`"


FLOODS: dict[str, Callable[[FullBox, float], str]] = {
    "collector": collector,
    "log_flood": log_flood,
    "cardinality": cardinality,
}


def suffer(name: str, plan: Plan) -> Outcome:
    """Start a stack, flood it, and look."""
    with full_box() as box:
        file = box.run / "visits.jsonl"
        # A flood may last longer than it should, when what is flooded is slow.
        seconds = _WARM_SECONDS + 2 * plan.calm + plan.flood
        with visiting(box.url("web"), plan.per_second, seconds, file):
            time.sleep(_WARM_SECONDS + plan.calm)
            watch, begun = Watch(box), time.time()
            thread = threading.Thread(target=watch.run, args=(begun,), daemon=True)
            thread.start()
            told = FLOODS[name](box, plan.flood)
            ended = min(time.time(), begun + plan.flood)
        watch.end()
        thread.join()
        return _outcome(read(file), begun, ended, watch, told)


def _outcome(visits: Sequence[Visit], begun: float, ended: float, watch: Watch, told: str) -> Outcome:
    start = visits[0].due + _WARM_SECONDS
    flooded = [visit for visit in visits if begun <= visit.due < ended]
    calm = [visit for visit in visits if start <= visit.due < begun or visit.due >= ended + _WARM_SECONDS]
    failed = sum(not visit.status or visit.status >= _SERVER_ERROR for visit in flooded)
    return Outcome(
        len(flooded), failed, median(visit.ms for visit in calm), median(visit.ms for visit in flooded), watch, told
    )


def _effects(box: FullBox, fault: str) -> float:
    text = box.text("web", "/metrics")
    mark = f'shop_fault_effects_total{{fault="{fault}"}} '
    return float(next(line for line in text.splitlines() if line.startswith(mark)).removeprefix(mark))


def _stored(box: FullBox, wanted: int) -> int:
    """Lines of the sender in VictoriaLogs, once all have arrived or a minute is over."""
    deadline, found = time.time() + 60, 0
    query = urlencode({"query": f'_time:10m service.name:="{sender.SERVICE}" | stats count() lines'})
    while found < wanted and time.time() < deadline:
        time.sleep(2)
        found = int(json.loads(box.text("victoria-logs", f"/select/logsql/query?{query}"))["lines"])
    return found
