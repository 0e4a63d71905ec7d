"""The record of the breaks that are on: one file in the run folder, changed under a lock."""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from box.layout import Layout, make_folder

FILE = "breaks.json"


@dataclass(frozen=True, slots=True)
class Break:
    """A break that is on.

    Attributes:
        id: counts up while the box runs.
        kind: `kill` or `pause`.
        pid: the process that was broken.
        created: when that process was started, in seconds since epoch: a process ID may be used again.
        until: its end, in seconds since epoch.
    """

    id: int
    kind: str
    service: str
    pid: int
    created: float
    until: float

    def as_json(self) -> dict[str, Any]:
        """Return the JSON of the command line."""
        return {**asdict(self), "id": str(self.id), "seconds_left": round(max(self.until - time.time(), 0), 1)}


def load(layout: Layout) -> list[Break]:
    """Return the breaks that are on, the oldest first."""
    try:
        return [Break(**each) for each in json.loads(_path(layout).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


@contextmanager
def changing(layout: Layout) -> Iterator[list[Break]]:
    """Yield the breaks for a change; the file is written at the end, also of a block that fails."""
    make_folder(layout.run)
    with (layout.run / "breaks.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        breaks = load(layout)
        try:
            yield breaks
        finally:
            fresh = _path(layout).with_suffix(".new")
            fresh.write_text(json.dumps([asdict(each) for each in breaks], indent=1) + "\n", encoding="utf-8")
            fresh.replace(_path(layout))


def _path(layout: Layout) -> Path:
    return layout.run / FILE
