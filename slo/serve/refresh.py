"""Keeps the last good snapshot, and takes a new one in the background for all viewers."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slo.observe.errors import ObserveError
from slo.serve.answers import ask, ask_trends
from slo.serve.assemble import assemble
from slo.serve.fleet import Fleet

if TYPE_CHECKING:
    from slo.serve.alertmanager import Alertmanager, Notified, Silence
    from slo.serve.prometheus import Line, Prometheus, Sample

log = logging.getLogger(__name__)
_MOST_NOTICED = 20
_TRENDS_EVERY = 10
_TRENDS_PER_WINDOW = 30


@dataclass(frozen=True, slots=True)
class View:
    """What viewers see: the last good snapshot, and what went wrong since; `at` is 0 before the first one."""

    fleet: Fleet = field(default_factory=lambda: Fleet(0.0))
    notified: tuple[Notified, ...] | None = None
    silences: tuple[Silence, ...] = ()
    noticed: tuple[Sample, ...] = ()
    trouble: str = ""
    alertmanager_trouble: str = ""

    @property
    def ready(self) -> bool:
        """Return whether there is a snapshot at all."""
        return self.fleet.at > 0

    def age(self, now: float) -> float:
        """Return the seconds since the snapshot was taken."""
        return max(0.0, now - self.fleet.at)


class Refresher:
    """Asks both servers every few seconds, in one thread."""

    def __init__(
        self, prometheus: Prometheus, alertmanager: Alertmanager | None, seconds: float, notice: str = ""
    ) -> None:
        self.seconds = seconds
        self.view = View()
        self._prometheus = prometheus
        self._alertmanager = alertmanager
        self._notice = notice
        self._trends: list[Line] = []
        self.rounds = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; a question under way is abandoned."""
        self._stopped.set()

    def refresh(self) -> None:
        """Ask once; what cannot be had now keeps its last value."""
        before = self.view
        try:
            fleet, trouble = self._fleet(), ""
        except ObserveError as error:
            fleet, trouble = before.fleet, str(error)
        notified, silences, said = before.notified, before.silences, ""
        if self._alertmanager:
            try:
                notified, silences = tuple(self._alertmanager.alerts()), tuple(self._alertmanager.silences())
            except ObserveError as error:
                said = str(error)
        self.view = View(fleet, notified, silences, self._noticed(), trouble, said)

    def _noticed(self) -> tuple[Sample, ...]:
        """Return the series of the notice; none while they cannot be had, for the banner says why."""
        try:
            return tuple(self._prometheus.instant(self._notice)[:_MOST_NOTICED]) if self._notice else ()
        except ObserveError:
            return ()

    def _fleet(self) -> Fleet:
        answers, now = ask(self._prometheus), time.time()
        fleet = assemble(answers, self._trends, now)
        if self.rounds % _TRENDS_EVERY == 0 and fleet.slos:
            longest = max(member.window for slo in fleet.slos for member in slo.members)
            with suppress(ObserveError):  # the numbers are worth more than their small charts
                self._trends = ask_trends(self._prometheus, now, max(longest / _TRENDS_PER_WINDOW, 60.0))
                fleet = assemble(answers, self._trends, now)
        self.rounds += 1
        return fleet

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.refresh()
            except Exception:  # the thread must go on whatever one answer holds
                log.exception("refresh failed")
            self._stopped.wait(self.seconds)
