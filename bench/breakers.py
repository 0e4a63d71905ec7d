"""Requests that fail while a tier of the shop hangs, with and without circuit breakers."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from bench.load import load, read
from bench.report import Report, Table, percent
from bench.shop import serving
from bench.versions import machine
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.load import Request
    from bench.options import Options
    from bench.shop import Shop

PAUSES = (("catalog", 0.3), ("catalog", 1.0), ("catalog", 1.5), ("catalog", 3.0), ("catalog", 20.0), ("orders", 3.0))
"""The tier that hangs, and for how many seconds."""
PER_SECOND = 40.0
BEFORE_SECONDS = 3.0
AFTER_SECONDS = 5.0
"""More than an open circuit breaker takes to close."""
GRACE_SECONDS = 0.5
"""The time that a tier needs for its backlog."""
FAST_MS = 100.0
_RUNS = 3
_TRIES = 3
_DEFAULT = {"SHOP_DEADLINE_SECONDS": "2", "SHOP_ATTEMPT_SECONDS": "1"}
_SHOPS = {"without": _DEFAULT | {"SHOP_BREAKER_CALLS": "100000"}, "with": _DEFAULT}
"""Variables of each shop; a breaker that needs more calls than a run makes never opens."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed requests of one pause.

    Attributes:
        before: those that ended before the pause: the machine was too busy. The others do not count them.
        failed: all from the pause on; each is in one of the next three.
        timeouts: 504, and no answer.
        refused: 503.
        other: other server errors.
        late: those due when the tier had been back for half a second.
        normal_after: seconds from the end of the pause until the last of them was due.
        calls: calls of `web` to the tier during the pause.
        fast: share of the pause's failures that took less than a tenth of a second.
    """

    before: float
    failed: float
    timeouts: float
    refused: float
    other: float
    late: float
    normal_after: float
    calls: float
    fast: float


Results = dict[tuple[str, float, str], list[Failures]]
"""Runs by tier, seconds and shop."""


def run(options: Options) -> Report:
    """Pause tiers of both shops, in turns, so that both meet the same machine."""
    pauses = PAUSES[:2] if options.quick else PAUSES
    runs = options.runs or (1 if options.quick else _RUNS)
    results: Results = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        shops = {name: stack.enter_context(serving(Path(folder, name), settings)) for name, settings in _SHOPS.items()}
        for number in range(runs):
            for tier, seconds in pauses:
                for name, shop in shops.items():
                    file = Path(folder) / f"{name}-{tier}-{seconds}-{number}.jsonl"
                    results.setdefault((tier, seconds, name), []).append(_undisturbed(shop, tier, seconds, file))
    return Report("breakers", (_intro(runs), *_disturbed(results), _table(results), f"Versions: {machine()}."))


def _undisturbed(shop: Shop, tier: str, seconds: float, file: Path, tries: int = _TRIES) -> Failures:
    """Pause a tier; repeat when requests failed even before."""
    found = pause(shop, tier, seconds, file)
    print(f"bench: {file.stem}: {found}", file=sys.stderr, flush=True)
    return _undisturbed(shop, tier, seconds, file, tries - 1) if found.before and tries > 1 else found


def pause(shop: Shop, tier: str, seconds: float, file: Path) -> Failures:
    """Stop a tier with SIGSTOP under load, let it go on, and count failures."""
    total = BEFORE_SECONDS + seconds + AFTER_SECONDS
    web, process = shop.url("web"), shop.processes[tier]
    with load(web, PER_SECOND, total, file) as requests:
        _wait_for_load(web)
        time.sleep(BEFORE_SECONDS)
        earlier, stopped = _calls(web, tier), time.time()
        process.suspend()
        try:
            time.sleep(seconds)
        finally:
            process.resume()
        back = time.time()
        calls = _calls(web, tier) - earlier
        requests.wait(timeout=total + 60)
    return failures(read(file), stopped, back, calls)


def failures(requests: Sequence[Request], stopped: float, back: float, calls: float) -> Failures:
    """Count the failures of a pause; a request that was under way when it began belongs to it."""
    every = [each for each in requests if each.failed]
    failed = [each for each in every if each.due + each.ms / 1e3 >= stopped]
    timeouts = sum(each.status in {0, 504} for each in failed)
    refused = sum(each.status == 503 for each in failed)  # noqa: PLR2004 - HTTP's own number
    during = [each for each in failed if each.due < back]
    return Failures(
        before=len(every) - len(failed),
        failed=len(failed),
        timeouts=timeouts,
        refused=refused,
        other=len(failed) - timeouts - refused,
        late=sum(each.due > back + GRACE_SECONDS for each in failed),
        normal_after=max((each.due - back for each in failed if each.due > back), default=0.0),
        calls=calls,
        fast=sum(each.ms < FAST_MS for each in during) / len(during) if during else math.nan,
    )


def _wait_for_load(web: str) -> None:
    begun = _total(web, "http_requests_total")
    end = time.monotonic() + 60
    while _total(web, "http_requests_total") < begun + PER_SECOND and time.monotonic() < end:
        time.sleep(0.1)


def _calls(web: str, tier: str) -> float:
    """Return the ended calls to a tier that the circuit breaker let pass."""
    name = "shop_dependency_requests_total"
    return _total(web, name, dependency=tier) - _total(web, name, dependency=tier, outcome="circuit_open")


def _total(web: str, name: str, **labels: str) -> float:
    with LocalSession(10) as session:
        text = session.get(f"{web}/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


def _intro(runs: int) -> str:
    return (
        f"{PER_SECOND:.0f} requests a second in an open loop, three tiers on SQLite. A tier is stopped with SIGSTOP\n"
        f"for a while; medians of {runs}, shops in turns. `without` never opens a circuit breaker. `late` are\n"
        "failures of requests due more than 0.5 s after the tier was back, `normal after` is when the last failed\n"
        "one was due. `calls` are ended calls of `web` to the stopped tier, `fast` the share of failures within 0.1\n"
        "s."
    )


def _disturbed(results: Results) -> list[str]:
    before = sum(each.before for runs in results.values() for each in runs)
    return [f"{before:,} requests failed before a tier was stopped: the machine was too busy."] if before else []


def _table(results: Mapping[tuple[str, float, str], list[Failures]]) -> Table:
    head = ("stopped", "breaker", "failed", "504", "503", "other", "late", "normal after", "calls", "fast")
    return Table(head, tuple(_row(*key, runs) for key, runs in results.items()))


def _row(tier: str, seconds: float, shop: str, runs: Sequence[Failures]) -> tuple[str, ...]:
    found = Failures(*(median(getattr(each, field.name) for each in runs) for field in fields(Failures)))
    counts = (found.failed, found.timeouts, found.refused, found.other, found.late)
    fast = "-" if math.isnan(found.fast) else percent(found.fast, 0)
    shown = (*(f"{count:,.0f}" for count in counts), f"{found.normal_after:.1f} s", f"{found.calls:,.0f}", fast)
    return (f"{tier}, {seconds:g} s", shop, *shown)
