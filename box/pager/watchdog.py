"""The dead man's switch: an alert that always fires must keep arriving; its absence raises an alert."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from box.pager.journal import Journal
from box.pager.notification import Alert, Notification, Status, Webhook, received

ALERT = "WatchdogMissing"
"""The alert that the pager itself raises, as no other server can."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The last notification of the watchdog alert; seconds since epoch.

    `evaluated` is when Prometheus evaluated it, if known: an Alertmanager without its Prometheus repeats the alert
    for a while. `firing` is false when Alertmanager has resolved it.
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
    """The dead man's switch, stored in a file; overdue after `limit` seconds without a notification, never with 0."""

    def __init__(self, path: Path, limit: float, started: float) -> None:
        self._path = path
        self._limit = limit
        self._started = started
        self._last = _read(path)

    def hear(self, webhook: Webhook, now: float) -> None:
        """Record a notification."""
        alerts = [alert for alert in webhook.alerts if alert.status == "firing"]
        times = [time for time in map(_evaluated, alerts) if time is not None]
        # A resolved alert does not say when Prometheus evaluated last.
        evaluated = max(times, default=None) if alerts or self._last is None else self._last.evaluated
        self._last = Sign(now, evaluated, bool(alerts))
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self._last)) + "\n", encoding="utf-8")
        fresh.replace(self._path)

    def standing(self, now: float) -> Standing:
        """Return the state; after a start the first notification has its full time."""
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
    """Add the pager's own alert to the journal when the switch becomes overdue, and its end when it is pressed."""
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
