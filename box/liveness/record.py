"""The record of restarts, which `box status` and `box doctor` read."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from box.supervision.config import LIVENESS
from box.supervision.control import ProcessState


@dataclass(frozen=True, slots=True)
class Restart:
    """A restart of a service: when (seconds since epoch), why, and whether it was ended because it gave no answer."""

    service: str
    at: float
    why: str
    unanswered: bool


@dataclass(frozen=True, slots=True)
class Record:
    """All restarts since the box was started, what was given up, and when the services were probed last."""

    probed: float = 0.0
    restarts: tuple[Restart, ...] = ()
    given_up: tuple[str, ...] = ()

    def of(self, service: str) -> tuple[Restart, ...]:
        """Return the restarts of one service, the newest last."""
        return tuple(restart for restart in self.restarts if restart.service == service)


STALE_SECONDS = 20.0
"""Probes come every five seconds."""


def is_stale(record: Record, states: Mapping[str, ProcessState]) -> bool:
    """Return whether the services have not been probed for longer than they should."""
    process = states.get(LIVENESS)
    return not process or not process.pid or time.time() - max(record.probed, process.started) > STALE_SECONDS


MOST_KEPT = 200


def save(path: Path, record: Record) -> None:
    """Write the record; on a full disk the old one remains."""
    fresh = path.with_suffix(".new")
    with suppress(OSError):
        fresh.write_text(json.dumps(asdict(record)), encoding="utf-8")
        fresh.replace(path)


def load(path: Path) -> Record:
    """Return the saved record, an empty one when there is none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        restarts = tuple(Restart(**each) for each in read["restarts"])
        return Record(float(read["probed"]), restarts, tuple(read["given_up"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Record()
