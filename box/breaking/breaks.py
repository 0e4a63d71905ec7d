"""Begin a break, end breaks, and find those whose end nothing restored."""

import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

import psutil

from box import processes
from box.breaking.processes import APPLY, restore
from box.breaking.record import Break, changing, load
from box.errors import BoxError
from box.layout import Layout
from box.supervision.control import UNREACHABLE, Control, ProcessState

LATE_SECONDS = 5.0
"""So long after its end a break is still the watchdog's to restore."""


def begin(layout: Layout, kind: str, service: str, seconds: float) -> Break:
    """Break a service until an end, which a process of its own restores.

    The record and that process come first: a command that is killed at any moment leaves nothing broken for longer.

    Raises:
        BoxError: the service does not run, or is broken already.
    """
    control = Control(layout.socket)
    with changing(layout) as breaks:
        state = _state(control, service)
        if any(each.service == service for each in breaks):
            raise BoxError(f"{service} is broken already; end that first: box break undo")
        number = max((each.id for each in breaks), default=0) + 1
        created = psutil.Process(state.pid).create_time()
        broken = Break(number, kind, service, state.pid, created, time.time() + seconds)
        breaks.append(broken)
    _watch(layout, broken)
    APPLY[kind](control, service, state.pid)
    return broken


def kill_once(layout: Layout, service: str) -> int:
    """Kill the process of a service, which supervisord starts again; return its process ID.

    Raises:
        BoxError: the service does not run.
    """
    state = _state(Control(layout.socket), service)
    os.kill(state.pid, signal.SIGKILL)
    return state.pid


def undo(layout: Layout, chosen: Collection[int] | None = None) -> list[Break]:
    """End the breaks with these numbers, or all; return them."""
    if not load(layout):
        return []  # the run folder is not touched
    with changing(layout) as breaks:
        ended = [each for each in breaks if chosen is None or each.id in chosen]
        for broken in ended:
            restore(Control(layout.socket), broken)
            breaks.remove(broken)
    return ended


def undo_overdue(layout: Layout) -> list[Break]:
    """End the breaks whose watchdog did not; return them."""
    now = time.time()
    overdue = {each.id for each in load(layout) if now > each.until + LATE_SECONDS}
    return undo(layout, overdue) if overdue else []


def _state(control: Control, service: str) -> ProcessState:
    try:
        state = control.states()[service]
    except UNREACHABLE:
        raise BoxError("nothing runs; start it: box up") from None
    except KeyError:
        raise BoxError(f"{service} does not run here; see: box status") from None
    if not state.pid:
        raise BoxError(f"{service} does not run ({state.state.lower()}); start it: box up")
    return state


def _watch(layout: Layout, broken: Break) -> None:
    """Start the process that restores; in a session of its own, so that the end of a terminal does not reach it."""
    os.posix_spawn(
        Path(sys.executable),
        [sys.executable, "-m", "box.breaking", str(layout.root), str(layout.run), str(broken.id), str(broken.until)],
        {**processes.marked_environment(os.environ, layout.run), "PYTHONPATH": str(layout.root)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGINT, signal.SIGHUP],
    )
