"""Follows every link between exemplars, traces and log lines of a stack under mixed load."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bench.load import load, read
from tests.e2e import shop_logs, stores
from tests.e2e.exemplars import AGE_SECONDS, ExemplarWatcher
from tests.e2e.links import problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.fullbox import FullBox
    from bench.load import Request
    from tests.e2e.shop_logs import Key, Line

Item = TypeVar("Item")

SAMPLE = 200
FAULTS = (
    ("web", "errors", {"rate": 0.03}),  # most failures of the tiers behind it are retried with success
    ("catalog", "errors", {"rate": 0.02}),
    ("orders", "errors", {"rate": 0.05}),
    ("web", "latency", {"rate": 0.03, "delay_ms": 400}),
    ("catalog", "latency", {"rate": 0.02, "delay_ms": 350}),
    ("catalog", "dependency", {"rate": 0.05, "dependency": "cache"}),
)


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one kind: how many there are, how many were followed, and what is wrong with some of those."""

    what: str
    there: int
    followed: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What the load knows of its requests, and what the exemplar watcher saw."""

    requests: Sequence[Request]
    watcher: ExemplarWatcher

    @property
    def start(self) -> float:
        """Just before the first request."""
        return self.requests[0].due - 1

    @property
    def end(self) -> float:
        """Just after the last answer."""
        return max(each.due + each.ms / 1e3 for each in self.requests) + 1


def under_load(box: FullBox, per_second: float, seconds: float) -> Run:
    """Send load while faults are on, and watch the exemplars."""
    for tier, name, settings in FAULTS:
        box.fault(tier, name, seconds=seconds + 60, **settings)
    file = box.run / "requests.jsonl"
    with load(box.url("web"), per_second, seconds, file) as process:
        watcher = ExemplarWatcher(box, time.time() - 1)
        thread = watcher.start()
        process.wait(timeout=seconds + 60)
    for tier, name, _ in FAULTS:
        box.fault(tier, name)
    watcher.finish(thread)
    return Run(read(file), watcher)


def follow(box: FullBox, run: Run) -> tuple[Links, ...]:
    """Follow all links; the truth is what the load asked for and what the tiers wrote to standard output."""
    logged = shop_logs.by_trace(shop_logs.lines(box))
    stored = stores.lines(box, run.start - 5, run.end + 30)
    return (
        _exemplars(run, logged),
        _lines_of_traces(box, run, logged, stored),
        _traces_of_lines(box, run, logged, stored),
        _kept(box, run, logged),
    )


def _exemplars(run: Run, logged: Mapping[str, Sequence[Line]]) -> Links:
    """Every exemplar leads to a trace that holds all of its request."""
    seen = run.watcher.seen
    wrong = [
        f"exemplar of {each.service}, trace {each.trace}: {problem}"
        for each, trace in seen.items()
        for problem in problems(trace, logged.get(each.trace, ()), each.span)
    ]
    return Links(f"exemplars older than {AGE_SECONDS:.0f} s -> whole trace", len(seen), len(seen), tuple(wrong))


def _lines_of_traces(box: FullBox, run: Run, logged: Mapping[str, Sequence[Line]], stored: Iterable[Key]) -> Links:
    """Every line that a tier wrote about a stored trace is in the log store."""
    ids = stores.trace_ids(box, run.start, run.end)
    chosen = _sample([each for each in ids if each in logged])
    written = Counter(line.key for each in chosen for line in logged[each])
    missing = written - Counter(stored)
    wrong = [f"line of {service}, trace {trace}: `{text}` is not stored" for service, trace, _, text in missing]
    return Links(f"stored traces -> all of their {written.total():,} log lines", len(ids), len(chosen), tuple(wrong))


def _traces_of_lines(box: FullBox, run: Run, logged: Mapping[str, Sequence[Line]], stored: Iterable[Key]) -> Links:
    """Every line of a failed, slow or marked request leads to its trace, and to its span in there."""
    kept = {trace for trace, lines in logged.items() if any(line.kept for line in lines)}
    kept |= {each.trace for each in run.watcher.seen}
    keys = sorted({key for key in stored if key[1] in kept})
    chosen = _sample(keys)
    wrong = [
        f"line of {service}: `{text}` leads to no span {span} of trace {trace}"
        for service, trace, span, text in chosen
        if span not in {each.id for each in stores.trace(box, trace)}
    ]
    return Links("log lines of failed, slow or marked requests -> trace", len(keys), len(chosen), tuple(wrong))


def _kept(box: FullBox, run: Run, logged: Mapping[str, Sequence[Line]]) -> Links:
    """Every request that failed or was slow has a whole trace."""
    ours = {each.trace for each in run.requests}
    kept = sorted(trace for trace, lines in logged.items() if trace in ours and any(line.kept for line in lines))
    wrong = [
        f"trace {trace}: {problem}" for trace in kept for problem in problems(stores.trace(box, trace), logged[trace])
    ]
    return Links("failed and slow requests -> whole trace", len(kept), len(kept), tuple(wrong))


def _sample(items: list[Item]) -> list[Item]:
    return random.Random(1).sample(items, min(SAMPLE, len(items)))  # noqa: S311 - a sample, no secret
