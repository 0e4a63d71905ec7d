"""Plays rows one after the other on one stack, and records when each began and ended."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.cost import CommandFailedError
from bench.fullbox import full_box
from bench.load import load
from tests.e2e import redis_server
from tests.e2e.alerts.observations import Interval, Notification, firing, notifications, of_the_pager, overdue, timeline
from tests.e2e.alerts.row import AlertKey, Row, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.fullbox import FullBox

_POLL_SECONDS = 1.0
_CLEAR_SECONDS = 330.0
"""Longer than any alert of the platform keeps firing after its cause."""
_SETTLE_SECONDS = 3.0
"""Before and after a row, so that what begins with it is its own."""
_NOTIFIED_SECONDS = 60.0
_HOLD_SECONDS = 5.0
"""After the last expected alert, so that its notification arrives while the cause lasts."""
_PER_SECOND = 15.0
_LONGEST_SECONDS = 3600.0
_WARM_UP_SECONDS = 30.0
_LASTING = ("Budget", "PrometheusStorageFailing")
"""Tickets that last for the whole run: those of a budget, and the one about the last start of Prometheus."""


@dataclass(frozen=True, slots=True)
class Played:
    """When a row began, when its cause ended, what fired already when it began, and the error of its action."""

    row: Row
    began: float
    gone: float
    before: frozenset[AlertKey]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """All rows of a run, all intervals in which an alert fired, and all notifications at the pager.

    `background` is the row that went on while the others were played.
    """

    played: tuple[Played, ...]
    background: Played | None
    intervals: tuple[Interval, ...]
    notifications: tuple[Notification, ...]


def play(rows: Sequence[Row], background: Row | None) -> Run:
    """Start a stack and load, play the rows, and read what happened."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server.redis_server()) if redis_server.available() else None
        box = stack.enter_context(full_box(**({"SHOP_REDIS_URL": redis.url} if redis else {})))
        file = box.run / "requests.jsonl"
        requests = stack.enter_context(load(box.url("web"), _PER_SECOND, _LONGEST_SECONDS, file))
        begun = time.time()
        time.sleep(_WARM_UP_SECONDS)
        played, beside = _all(rows, background, Stage(box, redis))
        _until(lambda: not any(_must_end(alert) for alert in firing(box)), _CLEAR_SECONDS)
        requests.terminate()
        found = notifications(box, begun)
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
    _until(lambda: _clear(box, row), _CLEAR_SECONDS)
    time.sleep(_SETTLE_SECONDS)
    before, began = frozenset(firing(box)), time.time()
    seen = _Seen(box, began, set(before))
    error = ""
    try:
        with row.action(stage):
            _until(lambda: time.time() - began >= row.least and seen.all_of(row.expected), row.most)
            time.sleep(_HOLD_SECONDS)
    except (CommandFailedError, OSError, ValueError) as problem:  # those of requests are OSErrors
        error = f"{type(problem).__name__}: {problem}"
    gone = time.time()
    _until(lambda: seen.all_of(row.after), row.most)
    _until(lambda: _notified(box, row, began), _NOTIFIED_SECONDS)
    time.sleep(_SETTLE_SECONDS)
    missing = ", ".join(name for name, _ in set(row.wanted) - seen.alerts) or "nothing"
    print(f"{row.name}: {gone - began:.0f} s, missing: {missing} {error}", flush=True)  # noqa: T201 - progress
    return Played(row, began, gone, before, error)


@dataclass(slots=True)
class _Seen:
    """The alerts that fired since a time, in Prometheus or by the pager itself."""

    box: FullBox
    since: float
    alerts: set[AlertKey]

    def all_of(self, wanted: Sequence[AlertKey]) -> bool:
        """Look again; return whether all of these have fired."""
        self.alerts |= firing(self.box)
        found = notifications(self.box, self.since)
        self.alerts |= {each.alert for each in found if each.firing and each.started >= self.since}
        return self.alerts.issuperset(wanted)


def _clear(box: FullBox, row: Row) -> bool:
    """Whether nothing fires that the row must raise, nor a page that could be mistaken for its own."""
    ending = {alert for alert in firing(box) if _must_end(alert)}
    return not overdue(box) and not any(alert in row.wanted or _is_slo_page(alert) for alert in ending)


def _must_end(alert: AlertKey) -> bool:
    return alert.severity == "page" or not any(part in alert.name for part in _LASTING)


def _is_slo_page(alert: AlertKey) -> bool:
    return alert.severity == "page" and alert.name.startswith("Shop")


def _notified(box: FullBox, row: Row, since: float) -> bool:
    there = {each.alert for each in notifications(box, since) if each.firing}
    return there.issuperset(alert for alert in row.wanted if alert.severity == "page")


def _until(reached: Callable[[], bool], seconds: float) -> None:
    """Wait for something, at most for so long."""
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
