"""One part of the stack is killed and stays dead for a while: what visitors notice, and what arrives in the end."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.proof import alerts, shoplog, stores
from bench.proof.calm import settle
from bench.proof.fullbox import full_box
from bench.proof.links import problems
from bench.proof.redis import redis_server
from bench.proof.visitors import read, visiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.proof.fullbox import FullBox
    from bench.proof.redis import RedisServer
    from bench.proof.visitors import Visit

VICTIMS = ("otel-collector", "victoria-logs", "jaeger", "prometheus", "alertmanager", "redis")
DEAD_MANS = ("prometheus", "alertmanager")
"""Without these nobody can be paged: the dead man's switch has to notice."""
_WARM_SECONDS = 5.0
_SWITCH_SECONDS = 75.0
"""For so long a dead Prometheus or Alertmanager may go unnoticed: the pager's limit is 45 s without a sign of life."""
_SERVER_ERROR = 500
_SLOW = {"rate": 0.1, "delay_ms": 350, "routes": ["/api/products", "/products/{sku}"]}
"""Slow requests, so that there are traces of which it is known that they must be kept; the shop answers all of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long each part takes, in seconds, and how many requests a second there are."""

    phase: float = 60.0
    per_second: float = 50.0
    page: bool = True


@dataclass(frozen=True, slots=True)
class Phase:
    """Before, during or after: requests, those without a good answer, the median of the time in milliseconds."""

    requests: int
    failed: int
    median_ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one outage.

    Attributes:
        victim: what was killed.
        phases: before, during and after it was dead.
        beside: median of the requests before and after together, in milliseconds.
        lines: log lines that the tiers wrote.
        lines_lost: those that the log store does not have.
        kept: traces that had to be kept.
        kept_lost: those that are not stored, or not whole.
        lost_within: how long before the kill the oldest of these began, in seconds.
        told: lost spans and lines by the shop's and the Collector's own counters.
        noticed: seconds until the dead man's switch was overdue, or until an SLO's page arrived with the victim dead.
    """

    victim: str
    phases: tuple[Phase, Phase, Phase]
    beside: float
    lines: int
    lines_lost: int
    kept: int
    kept_lost: int
    lost_within: float
    told: float
    noticed: float | None

    @property
    def slowdown(self) -> float:
        """How many times longer a request took during the outage, by medians."""
        return self.phases[1].median_ms / self.beside


def suffer(victim: str, plan: Plan) -> Outcome:
    """Start a stack, kill one part of it, bring it back, and count."""
    with ExitStack() as stack:
        server = stack.enter_context(redis_server()) if victim == "redis" else None
        box = stack.enter_context(full_box(**({"SHOP_REDIS_URL": server.url} if server else {})))
        box.fault("web", "latency", seconds=3 * plan.phase + 120, **_SLOW)
        file = box.run / "visits.jsonl"
        dead = max(plan.phase, _SWITCH_SECONDS) if victim in DEAD_MANS else plan.phase
        seconds = _WARM_SECONDS + 2 * plan.phase + dead
        with visiting(box.url("web"), plan.per_second, seconds, file) as visitors:
            time.sleep(_WARM_SECONDS + plan.phase)
            killed = _kill(box, server, victim)
            noticed = alerts.overdue(box, killed, dead) if victim in DEAD_MANS else None
            time.sleep(max(0.0, killed + plan.phase - time.time()))
            back = time.time()
            _revive(box, server, victim)
            visitors.wait(timeout=plan.phase + 120)
        box.fault("web", "latency")
        box.kill("prober")  # queues are never empty while it probes
        told = settle(box)
        visits = read(file)
        three, beside = phases(visits, killed, back)
        counted = _count(box, visits, killed)
        if plan.page and victim not in DEAD_MANS:
            _kill(box, server, victim)
            noticed = alerts.page(box)
    return Outcome(victim, three, beside, *counted, told, noticed)


def _kill(box: FullBox, server: RedisServer | None, victim: str) -> float:
    return server.kill() if server else box.kill(victim)


def _revive(box: FullBox, server: RedisServer | None, victim: str) -> None:
    if server:
        server.start()
    else:
        box.revive(victim)


def phases(visits: Sequence[Visit], killed: float, back: float) -> tuple[tuple[Phase, Phase, Phase], float]:
    """What each phase was like, and the median of the first and the last together."""
    begin = visits[0].due + _WARM_SECONDS
    before = [visit for visit in visits if begin <= visit.due < killed]
    during = [visit for visit in visits if killed <= visit.due < back]
    after = [visit for visit in visits if visit.due >= back]
    beside = median(visit.ms for visit in (*before, *after))
    return (_phase(before), _phase(during), _phase(after)), beside


def _phase(visits: Sequence[Visit]) -> Phase:
    failed = sum(not visit.status or visit.status >= _SERVER_ERROR for visit in visits)
    return Phase(len(visits), failed, median(visit.ms for visit in visits))


def _count(box: FullBox, visits: Sequence[Visit], killed: float) -> tuple[int, int, int, int, float]:
    """Lines and lost lines, traces that had to be kept and lost ones, and how long before the kill these began."""
    due = {visit.trace: visit.due for visit in visits}
    lines = [line for line in shoplog.lines(box) if line.trace in due]
    written = Counter(line.key for line in lines)
    end = max(due.values()) + 60
    stored = Counter(line.key for line in stores.lines(box, min(due.values()) - 5, end))
    grouped = shoplog.by_trace(lines)
    kept = [trace for trace, those in grouped.items() if any(line.kept for line in those)]
    lost = [trace for trace in kept if problems(stores.trace(box, trace), grouped[trace])]
    within = max((killed - due[trace] for trace in lost), default=0.0)
    return written.total(), (written - stored).total(), len(kept), len(lost), within
