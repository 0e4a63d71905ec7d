"""Sends a signal to a service of a box and waits until another process of it is ready: `... RUN_FOLDER NAME:SIGNAL`.

Prints how long that took. What stops or kills services in the order tests is a command, hence a program of its own.
"""

import os
import signal
import sys
import time
from pathlib import Path

from box import state
from box.layout import Layout
from box.status import Status, look

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90


def main(run: str, what: str) -> int:
    """Return 0 when the service came back by itself."""
    name, _, sent = what.partition(":")
    layout = Layout(ROOT, Path(run))
    before = row(layout, name).pid
    begun = time.monotonic()
    os.kill(before, signal.Signals[f"SIG{sent}"])
    while not is_back(row(layout, name), before):
        if time.monotonic() - begun > PATIENCE:
            return 1
        time.sleep(0.2)
    print(f"SIG{sent} of {name}: ready again after {time.monotonic() - begun:.1f} s", file=sys.stderr)  # noqa: T201 - a figure of the run
    return 0


def row(layout: Layout, name: str) -> Status:
    """What `box status` says of the service."""
    known = state.load(layout.state)
    assert known
    return next(each for each in look(layout, known) if each.name == name)


def is_back(now: Status, before: int) -> bool:
    """Whether another process is ready."""
    return now.ready and now.pid != before


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
