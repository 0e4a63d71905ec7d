"""A test alert, followed to the pager, and the dead man's switch."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from box.doctor.roundtrip import timed
from box.doctor.values import Hop
from box.doctor.waiting import until
from box.servers import Servers

ALERT = "DoctorTest"
LASTS = timedelta(minutes=1)
"""Ends without the doctor."""


@dataclass(frozen=True, slots=True)
class AlertPath:
    """The path of one alert; `patience` is in seconds, for each step."""

    servers: Servers
    patience: float
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    def walk(self) -> Iterator[Hop]:
        """Yield each step; the switch is checked even when the alert does not arrive."""
        yield (sent := timed("alert -> Alertmanager", self._send))
        if not sent.broken:
            yield timed("Alertmanager -> pager", self._arrive)
        yield timed("dead man's switch", self._switch)

    def _send(self) -> str:
        self._post(self.begun + LASTS)
        path = "/api/v2/alerts"
        if until(lambda: self.servers.ask("alertmanager", path, filter=f'run="{self.run}"') or None, self.patience):
            return f'took {ALERT} with run="{self.run}"'
        raise self.servers.broken(
            "alertmanager", f"took the test alert and does not show it at {path}", self.servers.log("alertmanager")
        )

    def _post(self, ends: datetime) -> None:
        labels = {"alertname": ALERT, "run": self.run, "severity": "none", "team": "platform"}
        annotations = {"summary": "Test alert of box doctor", "description": "Ends by itself; no action is needed."}
        # Without a start Alertmanager uses the end, and the pager shows an alert of the future.
        times = {"startsAt": self.begun.isoformat(), "endsAt": ends.isoformat()}
        alert = {"labels": labels, "annotations": annotations, **times}
        answer = self.servers.send("POST", "alertmanager", "/api/v2/alerts", json=[alert])
        if not answer.ok:
            problem = f"refuses the test alert: {answer.status_code} {answer.text.strip()[:120]}"
            raise self.servers.broken("alertmanager", problem, self.servers.log("alertmanager"))

    def _arrive(self) -> str:
        try:
            if until(self._notified, self.patience) is None:
                problem = f"does not notify the pager of the test alert within {self.patience:.0f} s"
                repair = f"{self.servers.log('alertmanager')}, and the routes in monitoring/alertmanager/base.yml"
                raise self.servers.broken("alertmanager", problem, repair)
        finally:
            self._post(datetime.now(UTC))
        return f'the pager lists {ALERT} with run="{self.run}"'

    def _notified(self) -> bool | None:
        notifications: list[dict[str, Any]] = self.servers.ask("pager", "/api/notifications")
        with self.servers.reading("pager"):
            runs = {alert["labels"].get("run") for each in notifications for alert in each["alerts"]}
        return True if self.run in runs else None

    def _switch(self) -> str:
        standing: dict[str, Any] = {}

        def pressed() -> bool | None:
            answer = self.servers.ask("pager", "/api/watchdog")
            with self.servers.reading("pager"):
                standing.update({key: answer[key] for key in ("age_seconds", "limit_seconds", "overdue")})
            return True if standing["age_seconds"] is not None and not standing["overdue"] else None

        if until(pressed, self.patience) is None:
            age = standing["age_seconds"]
            since = "ever" if age is None else f"for {age:.0f} s"
            repair = "follow runbooks/WatchdogMissing.md"
            raise self.servers.broken("prometheus", f"its Watchdog has not reached the pager {since}", repair)
        return f"pressed {standing['age_seconds']:g} s ago, overdue after {standing['limit_seconds']:g}"
