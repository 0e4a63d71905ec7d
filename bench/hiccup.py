"""One tier of a shop hangs for a while under an open load: what visitors lose, and what the tier is spared."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from bench.proof.visitors import read, visiting
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.proof.visitors import Visit
    from bench.tiers import Shop

PER_SECOND = 40.0
CALM_SECONDS = 3.0
"""Before the tier stops: the load is under way."""
AFTER_SECONDS = 5.0
"""More than an open circuit breaker takes to close."""
GRACE_SECONDS = 0.5
"""A tier that is back needs so long for what has piled up."""
_SERVER_ERROR = 500
_FAST_MS = 100.0


@dataclass(frozen=True, slots=True)
class Hiccup:
    """The tier that stops, and for how many seconds."""

    tier: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Damage:
    """What came of one hiccup.

    Attributes:
        before: failed requests that were due before the tier stopped: a machine that is busy with something else.
        failed: failed requests from the stop on; each is in one of the next three.
        timeouts: 504, and no answer at all.
        refused: 503.
        bad: other server errors.
        late: failed requests that were due when the tier had been back for half a second.
        normal: seconds from the tier's return until the last failed request was due.
        calls: calls to the tier that `web` made while it was stopped.
        fast: share of the failures of the stop that took less than a tenth of a second.
    """

    before: int
    failed: int
    timeouts: int
    refused: int
    bad: int
    late: int
    normal: float
    calls: int
    fast: float


def suffer(shop: Shop, hiccup: Hiccup, file: Path) -> Damage:
    """Stop a tier with SIGSTOP while visitors come, let it go on, and count."""
    seconds = CALM_SECONDS + hiccup.seconds + AFTER_SECONDS
    web, victim = f"http://127.0.0.1:{shop.ports['web']}", shop.processes[hiccup.tier]
    with visiting(web, PER_SECOND, seconds, file) as visitors:
        _wait_for_visitors(web)
        time.sleep(CALM_SECONDS)
        earlier, stopped = _calls(web, hiccup.tier), time.time()
        victim.suspend()
        try:
            time.sleep(hiccup.seconds)
        finally:
            victim.resume()
        back = time.time()
        calls = _calls(web, hiccup.tier) - earlier
        visitors.wait(timeout=seconds + 60)
    return damage(read(file), stopped, back, int(calls))


def damage(visits: Sequence[Visit], stopped: float, back: float, calls: int) -> Damage:
    """What the visitors of one hiccup met."""
    all_failed = [visit for visit in visits if not visit.status or visit.status >= _SERVER_ERROR]
    # Those that were under way when the tier stopped belong to it.
    failed = [visit for visit in all_failed if visit.due + visit.ms / 1e3 >= stopped]
    timeouts = sum(visit.status in {0, 504} for visit in failed)
    refused = sum(visit.status == 503 for visit in failed)  # noqa: PLR2004 - HTTP's own number
    meanwhile = [visit for visit in failed if visit.due < back]
    return Damage(
        before=len(all_failed) - len(failed),
        failed=len(failed),
        timeouts=timeouts,
        refused=refused,
        bad=len(failed) - timeouts - refused,
        late=sum(visit.due > back + GRACE_SECONDS for visit in failed),
        normal=max((visit.due - back for visit in failed if visit.due > back), default=0.0),
        calls=calls,
        fast=sum(visit.ms < _FAST_MS for visit in meanwhile) / len(meanwhile) if meanwhile else math.nan,
    )


def _wait_for_visitors(web: str) -> None:
    """Return when the load has begun: Python takes a while to start on a busy machine."""
    begun = _total(web, "http_requests_total")
    end = time.monotonic() + 60
    while _total(web, "http_requests_total") < begun + PER_SECOND and time.monotonic() < end:
        time.sleep(0.1)


def _calls(web: str, tier: str) -> float:
    """Calls to a tier that were not refused by the circuit breaker, those under way left out."""
    name = "shop_dependency_requests_total"
    return _total(web, name, dependency=tier) - _total(web, name, dependency=tier, outcome="circuit_open")


def _total(web: str, name: str, **labels: str) -> float:
    with LocalSession(10) as session:
        text = session.get(f"{web}/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())
