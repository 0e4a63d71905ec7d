"""Restarts of services, and whether the liveness probes work."""

import time
from collections.abc import Iterator, Mapping

from box.doctor.values import Check
from box.errors import Broken
from box.liveness.record import Record, is_stale
from box.supervision.config import LIVENESS
from box.supervision.control import ProcessState


def look(record: Record, states: Mapping[str, ProcessState]) -> Iterator[Check]:
    """Yield a check for the probes, and one for each service that was restarted or given up."""
    if is_stale(record, states):
        problem = "does not probe the services, so that hung ones are not restarted"
        yield Check(LIVENESS, "broken", problem, Broken(LIVENESS, problem, "restart it: .venv/bin/box up"))
    else:
        yield Check(LIVENESS, "ok", "probes the services every 5 s")
    for name in record.given_up:
        problem = f"gives no answer after {len(record.of(name))} restarts, and is left alone"
        yield Check(f"{name}: restarts", "broken", problem, Broken(name, problem, "restart it: .venv/bin/box up"))
    for name in sorted({restart.service for restart in record.restarts} - set(record.given_up)):
        *_, last = record.of(name)
        age = time.time() - last.at
        yield Check(f"{name}: restarts", "warning", f"{len(record.of(name))}, the last {age:.0f} s ago: {last.why}")
