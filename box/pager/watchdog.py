"""The dead man's switch: an alert that always fires has to arrive again and again, and its absence is the alarm."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from box.pager.journal import Journal
from box.pager.notification import Alert, Notification, Status, Webhook, received

ALERT = "WatchdogMissing"
"""The alert that the pager raises by itself: nobody else is left to raise it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of life; seconds since epoch.

    `evaluated` is when Prometheus evaluated it, if it says so: an Alertmanager whose Prometheus died goes on repeating
    for a while. `firing` is false when Alertmanager itself noticed that Prometheus no longer confirms it.
    """

    received: float
    evaluated: float | None
    firing: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What GET /api/watchdog answers. `age_seconds` counts from the older of reception and evaluation."""

    received_at: str | None
    evaluated_at: str | None
    age_seconds: float | None
    limit_seconds: float
    overdue: bool


class Watchdog:
    """Remembers the last sign in a file; after `limit` seconds without one it is overdue. 0 expects none, ever."""

    def __init__(self, path: Path, limit: float, started: float) -> None:
        self._path = path
        self._limit = limit
        self._started = started
        self._last = _read(path)

    def hear(self, webhook: Webhook, now: float) -> None:
        """Take a notification."""
        alerts = [alert for alert in webhook.alerts if alert.status == "firing"]
        times = [time for time in map(_evaluated, alerts) if time is not None]
        # What ends is no sign of life: it says nothing of when Prometheus evaluated last.
        evaluated = max(times, default=None) if alerts or self._last is None else self._last.evaluated
        self._last = Sign(now, evaluated, bool(alerts))
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self._last)) + "\n", encoding="utf-8")
        fresh.replace(self._path)

    def standing(self, now: float) -> Standing:
        """Return how things stand; after a start the first sign has its full time, however old the last one is."""
        last = self._last
        return Standing(
            received_at=_moment(last.received) if last else None,
            evaluated_at=_moment(last.evaluated) if last and last.evaluated else None,
            age_seconds=round(now - _born(last), 1) if last else None,
            limit_seconds=self._limit,
            overdue=self._overdue(now),
        )

    def heard_since_start(self) -> bool:
        """Return whether a sign has come since the pager was started."""
        return self._last is not None and self._last.received >= self._started

    def _overdue(self, now: float) -> bool:
        if not self._limit:
            return False
        if self._last and self.heard_since_start():
            return not self._last.firing or now - _born(self._last) > self._limit
        return now - self._started > self._limit


def raise_or_resolve(watchdog: Watchdog, journal: Journal, runbook: str, now: float) -> None:
    """Write the pager's own alarm into the journal when the switch becomes overdue, and its end when it is heard."""
    standing = watchdog.standing(now)
    raised = next((alert for alert in journal.firing() if alert.name == ALERT), None)
    if standing.overdue and raised is None:
        journal.add(_alarm(standing, runbook, now))
    elif raised and not standing.overdue and watchdog.heard_since_start():
        journal.add(_alarm(standing, runbook, now, raised))


def _alarm(standing: Standing, runbook: str, now: float, raised: Alert | None = None) -> Notification:
    """Return the alarm, or the end of the one that was raised."""
    status: Status = "resolved" if raised else "firing"
    alert = Alert(
        status=status,
        labels={"alertname": ALERT, "severity": "page", "team": "platform"},
        annotations={
            "summary": "Alerts no longer reach this pager",
            "description": "The Watchdog arrives again." if raised else _silence(standing),
            "runbook_url": runbook,
        },
        startsAt=raised.starts_at if raised else _moment(now),
        endsAt=_moment(now) if raised else "",
        fingerprint=ALERT,
    )
    return received(Webhook(status=status, receiver="watchdog", alerts=(alert,)), now)


def _silence(standing: Standing) -> str:
    missing = f"No Watchdog for {standing.limit_seconds:.0f} s" if standing.received_at else "Watchdog never came"
    return f"{missing}: Prometheus or Alertmanager is gone, or the way between them and here."


def _evaluated(alert: Alert) -> float | None:
    try:
        return float(alert.annotations["evaluated_at"])
    except (KeyError, ValueError):
        return None


def _born(sign: Sign) -> float:
    return min(sign.received, sign.evaluated) if sign.evaluated else sign.received


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _read(path: Path) -> Sign | None:
    try:
        return Sign(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
