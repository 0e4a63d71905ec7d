"""Kill or pause a process of the box, and restore its service."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import psutil

from box.breaking.record import Break
from box.supervision.control import UNREACHABLE, Control

STOPPING_SECONDS = 15.0
POLL_SECONDS = 0.05
STOPPED = frozenset({"STOPPED", "EXITED", "FATAL"})


def kill(control: Control, service: str, pid: int) -> None:
    """Kill a process, and let supervisord keep it dead.

    It is frozen before supervisord is asked to stop it: so it dies by SIGKILL alone, and is not started again.
    """
    os.kill(pid, signal.SIGSTOP)
    control.stop(service)
    os.kill(pid, signal.SIGKILL)


def pause(_control: Control, _service: str, pid: int) -> None:
    """Pause a process: it keeps its sockets, and does nothing."""
    os.kill(pid, signal.SIGSTOP)


APPLY: Mapping[str, Callable[[Control, str, int], None]] = {"kill": kill, "pause": pause}


def restore(control: Control, broken: Break) -> None:
    """Continue the process of a break, and start its service if the break stopped it; a stopped box has nothing to do.

    A process that ended meanwhile is left alone: supervisord has started another one.
    """
    with suppress(psutil.Error):
        process = psutil.Process(broken.pid)
        if process.create_time() == broken.created:
            process.resume()
    if broken.kind == "kill":
        with suppress(*UNREACHABLE):
            _start(control, broken.service)


def _start(control: Control, service: str) -> None:
    deadline = time.monotonic() + STOPPING_SECONDS
    while control.states()[service].state == "STOPPING" and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if control.states()[service].state in STOPPED:
        control.start(service)
