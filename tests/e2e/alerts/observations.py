"""Alerts that fire in Prometheus, now and over a whole run, and notifications at the pager."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from bench.cost import CommandFailedError
from tests.e2e.alerts.row import AlertKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.fullbox import FullBox

SWITCH = AlertKey("Watchdog", "none")
_GAP_SECONDS = 2.5
"""More than this between two samples, which are a second apart, is an end."""
_QUERY = 'max by (alertname, severity) (ALERTS{alertstate="firing"})'


@dataclass(frozen=True, slots=True)
class Interval:
    """The time in which an alert fired; `ended` is None when it fired at the end."""

    alert: AlertKey
    began: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Notification:
    """One alert of a notification at the pager; times in seconds since epoch."""

    alert: AlertKey
    received: float
    started: float
    firing: bool


def firing(box: FullBox) -> set[AlertKey]:
    """Return the firing alerts; none when Prometheus does not answer."""
    try:
        alerts = box.get("prometheus", "/api/v1/alerts")["data"]["alerts"]
    except CommandFailedError:
        return set()
    return {_key(each["labels"]) for each in alerts if each["state"] == "firing"} - {SWITCH}


def overdue(box: FullBox) -> bool:
    """Whether the dead man's switch of the pager is overdue; false when the pager does not answer."""
    try:
        return bool(box.get("pager", "/api/watchdog")["overdue"])
    except CommandFailedError:
        return False


def notifications(box: FullBox, since: float) -> list[Notification]:
    """Return what the pager received since then; nothing when it does not answer."""
    try:
        found = box.get("pager", "/api/notifications")
    except CommandFailedError:
        return []
    return [
        Notification(_key(alert["labels"]), each["received"], _moment(alert["startsAt"]), alert["status"] == "firing")
        for each in found
        if each["received"] >= since
        for alert in each["alerts"]
    ]


def timeline(box: FullBox, start: float, end: float) -> list[Interval]:
    """Return every interval in which an alert fired, as Prometheus recorded it.

    Raises:
        CommandFailedError: Prometheus does not answer.
    """
    found = box.get("prometheus", "/api/v1/query_range", query=_QUERY, start=str(start), end=str(end), step="1")
    times = {_key(each["metric"]): [float(at) for at, _ in each["values"]] for each in found["data"]["result"]}
    alive = times.pop(SWITCH, [])
    return [interval for alert, samples in times.items() for interval in intervals(alert, samples, alive, end)]


def intervals(alert: AlertKey, samples: Sequence[float], alive: Sequence[float], end: float) -> list[Interval]:
    """Split the samples of an alert where it did not fire; `alive` are those of an alert that always fires."""
    begins, ends = [samples[0]], []
    for one, other in pairwise(samples):
        if other - one > _GAP_SECONDS and _lived(alive, one, other):
            ends.append(one)
            begins.append(other)
    last = samples[-1] if end - samples[-1] > _GAP_SECONDS else None
    return [Interval(alert, *pair) for pair in zip(begins, [*ends, last], strict=True)]


def of_the_pager(found: Sequence[Notification], name: str) -> list[Interval]:
    """Return the intervals of an alert that the pager raises itself, in the order of their time."""
    by_start: dict[bool, list[float]] = defaultdict(list)
    for each in sorted(found, key=lambda arrival: arrival.received):
        if each.alert.name == name:
            by_start[each.firing].append(each.received)
    return [
        Interval(AlertKey(name, "page"), began, next((ended for ended in by_start[False] if ended > began), None))
        for began in by_start[True]
    ]


def _lived(alive: Sequence[float], one: float, other: float) -> bool:
    """Whether Prometheus evaluated for most of the gap between two samples."""
    return 2 * sum(one < at < other for at in alive) > other - one


def _key(labels: Mapping[str, str]) -> AlertKey:
    return AlertKey(labels["alertname"], labels.get("severity", "none"))


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0
