"""Restarts services that do not answer, and records every restart."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from box.liveness import record
from box.liveness.probe import probe
from box.liveness.record import MOST_KEPT, Record, Restart
from box.liveness.watch import MOST_RESTARTS, WINDOW_SECONDS, Seen, Step, Watch, judge
from box.services import Service
from box.settings import Settings
from box.supervision.control import Control

Say = Callable[[str], None]


@dataclass(slots=True)
class Keeper:
    """Watches the services that have a path for liveness; `say` writes a line of the log."""

    settings: Settings
    control: Control
    path: Path
    say: Say
    _watches: dict[str, Watch] = field(default_factory=dict)
    _ended: set[int] = field(default_factory=set)
    _record: Record = field(default_factory=Record)

    def probe_all(self) -> None:
        """Probe every service once, act on the result, and write the record."""
        services = [service for service in self.settings.services if service.alive_path]
        seen = probe(services, self.settings, self.control.states())
        for service in services:
            self._judge(service, seen[service.name])
        self._save(probed=time.time())

    def exited(self, name: str, pid: int) -> None:
        """Record that a process ended and was not asked to by a user: supervisord starts it again."""
        if pid in self._ended:  # recorded when it was asked to end
            self._ended.discard(pid)
        else:
            self._add(Restart(name, time.time(), f"process {pid} exited", unanswered=False))

    def failed(self, name: str) -> None:
        """Log that supervisord no longer starts a service that exits again and again."""
        self.say(f"{name} exits again and again and is not started any more: box logs {name}")

    def _judge(self, service: Service, seen: Seen) -> None:
        unanswered = [each.at for each in self._record.of(service.name) if each.unanswered]
        before = self._watches.get(service.name, Watch())
        watch, step = judge(before, seen, service.silent_seconds, unanswered)
        self._watches[service.name] = watch
        if step is Step.END:
            self._end(service, seen, watch)
        elif step is Step.KILL:
            self.say(f"{service.name} does not end; killing process {seen.pid}")
            self.control.signal(service.name, seen.pid, "KILL")
        elif step is Step.GIVE_UP:
            limit = f"{MOST_RESTARTS} restarts in {WINDOW_SECONDS / 60:.0f} minutes"
            self.say(
                f"{service.name} gives no answer after {limit} and is left alone: restart it with .venv/bin/box up"
            )

    def _end(self, service: Service, seen: Seen, watch: Watch) -> None:
        why = f"no answer to {service.alive_path} for {seen.until - watch.silent_since:.0f} s"
        self._add(Restart(service.name, time.time(), why, unanswered=True))
        self._ended.add(seen.pid)
        # A stopped process takes SIGTERM once it goes on; it is killed at the next pass if it does not end.
        for signal in ("TERM", "CONT"):
            self.control.signal(service.name, seen.pid, signal)

    def _add(self, restart: Restart) -> None:
        self.say(f"{restart.service} is restarted: {restart.why}")
        self._record = replace(self._record, restarts=(*self._record.restarts, restart)[-MOST_KEPT:])
        self._save(self._record.probed)

    def _save(self, probed: float) -> None:
        given_up = tuple(name for name, watch in self._watches.items() if watch.given_up)
        self._record = replace(self._record, probed=probed, given_up=given_up)
        record.save(self.path, self._record)


def handle(keeper: Keeper, event: str, fields: Mapping[str, str], ours: Sequence[str]) -> None:
    """Act on an event of supervisord; events about other processes than `ours` are ignored."""
    name = fields.get("processname", "")
    if event.startswith("TICK"):
        keeper.probe_all()
    elif name not in ours:
        return
    elif event == "PROCESS_STATE_EXITED":
        keeper.exited(name, int(fields["pid"]))
    elif event == "PROCESS_STATE_FATAL":
        keeper.failed(name)
