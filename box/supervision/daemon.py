"""Starts supervisord detached from the terminal, and stops it with all services."""

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from box import processes
from box.errors import BoxError
from box.interrupts import uninterrupted
from box.layout import Layout
from box.log_files import last_lines
from box.supervision.config import STOP_SECONDS
from box.supervision.control import UNREACHABLE, Control

# What a clean shutdown takes at most: SIGTERM, the wait, SIGKILL, and a second for supervisord itself.
SHUTDOWN_SECONDS = STOP_SECONDS + 3
START_SECONDS = 15
OUTPUT = "supervisord.out"


def launch(layout: Layout, python: Path, environment: Mapping[str, str]) -> int:
    """Start supervisord in its own session, so that no Ctrl-C of this terminal reaches it; return its process id.

    One system call makes the process with its final environment: whenever this is interrupted, the process
    either does not exist or carries the marker by which `box down` finds it.
    """
    output = layout.logs / OUTPUT
    marked = processes.marked_environment(environment, layout.run)
    open_output = (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.posix_spawn(
        python,
        [str(python), "-m", "box.supervision", str(layout.run)],
        marked,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            open_output,
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[],
    )


def wait_for(layout: Layout, process: int) -> None:
    """Wait until supervisord, started as this child process, listens on its socket.

    Raises:
        BoxError: it ended or does not answer; with its last lines.
    """
    deadline = time.monotonic() + START_SECONDS
    while not Control(layout.socket).answers():
        ended, _ = os.waitpid(process, os.WNOHANG)
        if ended or time.monotonic() > deadline:
            said = "\n".join(last_lines(layout.logs / OUTPUT, 20))
            raise BoxError(f"supervisord did not start; it said:\n{said}")
        time.sleep(0.05)


def stop(layout: Layout) -> bool:
    """Stop the whole box, also the remains of a crashed supervisord; return whether anything ran.

    A Ctrl-C meanwhile is ignored, as it would leave a part running.
    """
    with uninterrupted():
        return _stop(layout)


def _stop(layout: Layout) -> bool:
    with suppress(*UNREACHABLE):
        Control(layout.socket).shutdown()
        if processes.wait_gone(layout.run, SHUTDOWN_SECONDS):
            _forget(layout)
            return True
    ended = processes.end(layout.run, STOP_SECONDS)
    _forget(layout)
    return bool(ended)


def _forget(layout: Layout) -> None:
    for path in (layout.socket, layout.state, layout.run / "supervisord.pid"):
        path.unlink(missing_ok=True)
    if layout.socket.parent != layout.run:
        shutil.rmtree(layout.socket.parent, ignore_errors=True)
