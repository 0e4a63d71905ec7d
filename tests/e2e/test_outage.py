"""A part of the stack is dead for a while under load: the shop serves on, alerts arrive, and telemetry comes later."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import pytest

from bench.fullbox import full_box
from bench.load import load, read
from bench.report import Report, Table, percent
from bench.versions import machine
from tests.e2e import alerting, redis_server, shop_logs, stores
from tests.e2e.links import problems
from tests.e2e.queues import drain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.fullbox import FullBox
    from bench.load import Request
    from tests.e2e.conftest import Publish
    from tests.e2e.redis_server import RedisServer

pytestmark = pytest.mark.e2e

COLLECTOR = "otel-collector"
ALERTING = ("prometheus", "alertmanager")
"""Without these no page can arrive: the dead man's switch has to notice."""
SWITCH_SECONDS = 75.0
"""For so long a dead one may go unnoticed: the pager's limit is 45 s without a notification."""
PHASE_SECONDS, LONG_PHASE_SECONDS = 15.0, 60.0
PER_SECOND, LONG_PER_SECOND = 25.0, 50.0
WARM_UP_SECONDS = 5.0
SLOW = {"rate": 0.1, "delay_ms": 350, "routes": ["/api/products", "/products/{sku}"]}
"""Slow requests, whose traces must be kept; the shop answers all of them."""
DECISION_WAIT_SECONDS = 30.0
"""`decision_wait` of the Collector, in whose memory a trace waits."""
BATCH_SECONDS = 2.0
"""A second in the shop until a batch is sent, and one until the Collector looks whether the wait is over."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Requests before, during or after the outage; `ms` is their median."""

    requests: int
    failed: int
    ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outage.

    Attributes:
        victim: what was killed.
        phases: before, during and after.
        lines: log lines that the tiers wrote.
        lines_lost: those that the log store lacks.
        kept: traces that had to be kept.
        kept_lost: those that are not stored, or not whole.
        lost_within: seconds before the kill in which the oldest of these began.
        counted: lost spans and lines by the shop's and the Collector's own counters.
        noticed: seconds until the dead man's switch was overdue, or until a page arrived with the victim dead.
    """

    victim: str
    phases: tuple[Phase, Phase, Phase]
    lines: int
    lines_lost: int
    kept: int
    kept_lost: int
    lost_within: float
    counted: float
    noticed: float | None


@pytest.fixture(scope="module")
def outcomes(publish: Publish) -> Iterator[list[Outcome]]:
    """All outages of this run; their tables are published at the end."""
    found: list[Outcome] = []
    yield found
    if found:
        publish(report(found))


def _long(victim: str) -> object:
    lacking = pytest.mark.skipif(victim == "redis" and not redis_server.available(), reason="no redis-server")
    return pytest.param(victim, marks=[pytest.mark.long, lacking])


@pytest.fixture(
    scope="module", params=[COLLECTOR, *map(_long, ("victoria-logs", "jaeger", "prometheus", "alertmanager", "redis"))]
)
def outcome(request: pytest.FixtureRequest, outcomes: list[Outcome]) -> Outcome:
    """One part dead for a quarter of a minute, a minute with `--long`; then dead once more, while all orders fail."""
    long = request.config.getoption("--long")
    phase, rate = (LONG_PHASE_SECONDS, LONG_PER_SECOND) if long else (PHASE_SECONDS, PER_SECOND)
    outcomes.append(kill(request.param, phase, rate))
    return outcomes[-1]


def test_every_request_is_answered_well(outcome: Outcome) -> None:
    """Before, during and after."""
    assert [phase.failed for phase in outcome.phases] == [0, 0, 0]
    assert all(phase.requests > 300 for phase in outcome.phases)


def test_every_log_line_arrives(outcome: Outcome) -> None:
    """Export queues bridge the outage."""
    assert outcome.lines > 1000
    assert 1 - outcome.lines_lost / outcome.lines >= 0.999


def test_only_traces_in_the_memory_of_the_collector_are_lost(outcome: Outcome) -> None:
    """What it had received and not yet exported can be gone, nothing else."""
    assert outcome.kept > 20
    assert outcome.lost_within <= DECISION_WAIT_SECONDS + BATCH_SECONDS
    assert outcome.counted == 0 or outcome.victim != COLLECTOR


def test_an_alert_arrives_meanwhile(outcome: Outcome) -> None:
    """The page of an SLO, or, without Prometheus or Alertmanager, the dead man's switch."""
    assert outcome.noticed is not None


def kill(victim: str, phase: float, per_second: float) -> Outcome:
    """Start a stack, kill one part of it, bring it back, and count."""
    with ExitStack() as stack:
        server = stack.enter_context(redis_server.redis_server()) if victim == "redis" else None
        box = stack.enter_context(full_box(**({"SHOP_REDIS_URL": server.url} if server else {})))
        box.fault("web", "latency", seconds=3 * phase + 120, **SLOW)
        file = box.run / "requests.jsonl"
        dead = max(phase, SWITCH_SECONDS) if victim in ALERTING else phase
        with load(box.url("web"), per_second, WARM_UP_SECONDS + 2 * phase + dead, file) as requests:
            time.sleep(WARM_UP_SECONDS + phase)
            killed = _kill(box, server, victim)
            noticed = alerting.overdue(box, killed, dead) if victim in ALERTING else None
            time.sleep(max(0.0, killed + phase - time.time()))
            back = time.time()
            _revive(box, server, victim)
            requests.wait(timeout=phase + 120)
        box.fault("web", "latency")
        box.kill("prober")  # queues are never empty while it probes
        counted = drain(box)
        found = read(file)
        stored = _count(box, found, killed)
        if victim not in ALERTING:
            _kill(box, server, victim)
            noticed = alerting.page(box)
    return Outcome(victim, phases(found, killed, back), *stored, counted, noticed)


def _kill(box: FullBox, server: RedisServer | None, victim: str) -> float:
    return server.kill() if server else box.kill(victim)


def _revive(box: FullBox, server: RedisServer | None, victim: str) -> None:
    if server:
        server.start()
    else:
        box.revive(victim)


def phases(requests: Sequence[Request], killed: float, back: float) -> tuple[Phase, Phase, Phase]:
    """Count the requests of each phase by when they were due, without the warm-up."""
    begin = requests[0].due + WARM_UP_SECONDS
    before = [each for each in requests if begin <= each.due < killed]
    during = [each for each in requests if killed <= each.due < back]
    after = [each for each in requests if each.due >= back]
    return _phase(before), _phase(during), _phase(after)


def _phase(requests: Sequence[Request]) -> Phase:
    return Phase(len(requests), sum(each.failed for each in requests), median(each.ms for each in requests))


def _count(box: FullBox, requests: Sequence[Request], killed: float) -> tuple[int, int, int, int, float]:
    """Lines and lost lines, traces to keep and lost ones, and how long before the kill the oldest of these began."""
    due = {each.trace: each.due for each in requests}
    lines = [line for line in shop_logs.lines(box) if line.trace in due]
    written = Counter(line.key for line in lines)
    stored = Counter(stores.lines(box, min(due.values()) - 5, max(due.values()) + 60))
    grouped = shop_logs.by_trace(lines)
    kept = [trace for trace, those in grouped.items() if any(line.kept for line in those)]
    lost = [trace for trace in kept if problems(stores.trace(box, trace), grouped[trace])]
    within = max((killed - due[trace] for trace in lost), default=0.0)
    return written.total(), (written - stored).total(), len(kept), len(lost), within


def report(outcomes: Sequence[Outcome]) -> Report:
    """The tables of docs/benchmarks.md."""
    intro = (
        "Each part is killed with SIGKILL under load and stays dead for a while, with as long before and after, each\n"
        "in a stack of its own. A request is timed from when it was due. 3.5 % of the requests are slow on purpose,\n"
        "so that there are traces which must be kept."
    )
    served = Table(
        ("dead", "requests", "answered well", "ms before", "ms meanwhile", "ms after", "alert"),
        tuple(_served(each) for each in outcomes),
    )
    stored = Table(
        ("dead", "log lines", "arrived", "traces to keep", "whole", "s before kill", "counted as lost"),
        tuple(_stored(each) for each in outcomes),
    )
    return Report("outages", (intro, served, stored, f"Versions: {machine()}."))


def _served(outcome: Outcome) -> tuple[str, ...]:
    during = outcome.phases[1]
    what = "dead man's switch" if outcome.victim in ALERTING else "SLO page"
    alert = f"{what} DID NOT COME" if outcome.noticed is None else f"{what} after {outcome.noticed:.0f} s"
    well = percent(1 - during.failed / during.requests, 3)
    return (outcome.victim, f"{during.requests:,}", well, *(f"{phase.ms:.1f}" for phase in outcome.phases), alert)


def _stored(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.victim,
        f"{outcome.lines:,}",
        percent(1 - outcome.lines_lost / outcome.lines, 3),
        f"{outcome.kept:,}",
        percent(1 - outcome.kept_lost / outcome.kept),
        f"{outcome.lost_within:.1f}" if outcome.kept_lost else "-",
        f"{outcome.counted:,.0f}",
    )
