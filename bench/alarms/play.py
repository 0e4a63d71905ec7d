"""Plays the rows one after the other on one stack, and remembers when each began and ended."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.alarms.observe import Arrival, Interval, arrivals, firing, of_the_pager, overdue, timeline
from bench.alarms.row import AlertKey, Row, Stage
from bench.cost import CommandFailedError
from bench.proof import redis
from bench.proof.fullbox import full_box
from bench.proof.visitors import visiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.proof.fullbox import FullBox

_POLL_SECONDS = 1.0
_CALM_SECONDS = 330.0
"""Longer than any alert of the platform keeps firing after its cause."""
_SETTLE_SECONDS = 3.0
"""Before and after a row, so that what began with it is its own."""
_ARRIVAL_SECONDS = 60.0
_HOLD_SECONDS = 5.0
"""After the last expected alert, so that its notification comes while the cause lasts."""
_PER_SECOND = 15.0
_LONGEST_SECONDS = 3600.0
_WARM_SECONDS = 30.0
_LASTING = ("Budget", "PrometheusStorageFailing")
"""Tickets that last for the whole run: those of a budget, and the one about the last start of Prometheus."""


@dataclass(frozen=True, slots=True)
class Played:
    """When a row began, when its cause was gone, what fired already when it began, and what went wrong, if anything."""

    row: Row
    began: float
    gone: float
    before: frozenset[AlertKey]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """All rows of a run, every interval in which an alert fired, and all that arrived at the pager.

    `beside` is the row that went on while the others were played.
    """

    played: tuple[Played, ...]
    beside: Played | None
    intervals: tuple[Interval, ...]
    arrivals: tuple[Arrival, ...]


def play(rows: Sequence[Row], background: Row | None) -> Run:
    """Start a stack and visitors, play the rows, and read what happened."""
    with ExitStack() as stack:
        server = stack.enter_context(redis.redis_server()) if redis.available() else None
        box = stack.enter_context(full_box(**({"SHOP_REDIS_URL": server.url} if server else {})))
        visits = box.run / "visits.jsonl"
        visitors = stack.enter_context(visiting(box.url("web"), _PER_SECOND, _LONGEST_SECONDS, visits))
        begun = time.time()
        time.sleep(_WARM_SECONDS)
        played, beside = _all(rows, background, Stage(box, server))
        _until(lambda: not any(_must_end(alert) for alert in firing(box)), _CALM_SECONDS)
        visitors.terminate()
        found = arrivals(box, begun)
        seen = (*timeline(box, begun, time.time()), *of_the_pager(found, "WatchdogMissing"))
    return Run(tuple(played), beside, seen, tuple(found))


def _all(rows: Sequence[Row], background: Row | None, stage: Stage) -> tuple[list[Played], Played | None]:
    played = [_one(row, stage) for row in rows[:1]]
    if background is None:
        return [*played, *(_one(row, stage) for row in rows[1:])], None
    began, left = time.time(), list(rows[1:])
    with background.action(stage):
        while left and not firing(stage.box).issuperset(background.expected):
            played.append(_one(left.pop(0), stage))
    gone = time.time()
    return [*played, *(_one(row, stage) for row in left)], Played(background, began, gone, frozenset())


def _one(row: Row, stage: Stage) -> Played:
    box = stage.box
    _until(lambda: _calm(box, row), _CALM_SECONDS)
    time.sleep(_SETTLE_SECONDS)
    before, began = frozenset(firing(box)), time.time()
    seen: set[AlertKey] = set(before)
    error = ""
    try:
        with row.action(stage):
            _until(lambda: time.time() - began >= row.least and _raised(box, row.expected, seen, began), row.most)
            time.sleep(_HOLD_SECONDS)
    except (CommandFailedError, OSError, ValueError) as problem:  # those of requests are OSErrors
        error = f"{type(problem).__name__}: {problem}"
    gone = time.time()
    _until(lambda: _raised(box, row.after, seen, began), row.most)
    _until(lambda: _arrived(box, row, began), _ARRIVAL_SECONDS)
    time.sleep(_SETTLE_SECONDS)
    missing = ", ".join(name for name, _ in set(row.wanted) - seen) or "nothing"
    print(f"bench: {row.name}: {gone - began:.0f} s, missing: {missing} {error}", file=sys.stderr, flush=True)
    return Played(row, began, gone, before, error)


def _calm(box: FullBox, row: Row) -> bool:
    """Whether nothing fires that the row must raise, nor a page by which its own could not be told apart."""
    return not overdue(box) and not any(alert in row.wanted or _is_slo_page(alert) for alert in _ending(box))


def _ending(box: FullBox) -> set[AlertKey]:
    """Return what fires and will end soon."""
    return {alert for alert in firing(box) if _must_end(alert)}


def _must_end(alert: AlertKey) -> bool:
    return alert.severity == "page" or not any(part in alert.name for part in _LASTING)


def _is_slo_page(alert: AlertKey) -> bool:
    return alert.severity == "page" and alert.name.startswith("Shop")


def _raised(box: FullBox, wanted: Sequence[AlertKey], seen: set[AlertKey], since: float) -> bool:
    """Whether all of these were seen; adds to `seen` what fires now, and what the pager raised itself."""
    seen |= firing(box)
    seen |= {each.alert for each in arrivals(box, since) if each.firing and each.started >= since}
    return seen.issuperset(wanted)


def _arrived(box: FullBox, row: Row, since: float) -> bool:
    there = {each.alert for each in arrivals(box, since) if each.firing}
    return there.issuperset(alert for alert in row.wanted if alert.severity == "page")


def _until(reached: Callable[[], bool], seconds: float) -> None:
    """Wait for something, at most for so long."""
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
