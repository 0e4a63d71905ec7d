"""Finds and ends the processes of one box: by a marker in their environment, never by name."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

MARKER = "SLOBOX_RUN"
POLL_SECONDS = 0.05


def marked_environment(environment: Mapping[str, str], run: Path) -> dict[str, str]:
    """Return the environment that every process of this box inherits."""
    return {**environment, MARKER: str(run)}


def find(run: Path) -> list[psutil.Process]:
    """Return the live processes of the box whose run folder this is, the oldest first."""
    found = [process for process in psutil.process_iter() if _belongs(process, str(run))]
    return sorted(found, key=_started)


def _belongs(process: psutil.Process, run: str) -> bool:
    try:
        return (
            process.pid != os.getpid()
            and process.status() != psutil.STATUS_ZOMBIE
            and process.environ().get(MARKER) == run
        )
    except (psutil.Error, OSError):
        # Ended meanwhile, or of another user.
        return False


def _started(process: psutil.Process) -> float:
    try:
        return process.create_time()
    except psutil.Error:
        return 0.0


def wait_gone(run: Path, seconds: float) -> bool:
    """Wait until no process of the box is left; return whether that happened in time."""
    deadline = time.monotonic() + seconds
    while find(run):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def end(run: Path, grace_seconds: float, rounds: int = 5) -> list[int]:
    """End every process of the box: ask, then kill after the grace; return the process ids that were found.

    The oldest is supervisord: it is killed at once, or it would start again what is ended here. Processes that appear
    meanwhile are met by the next round.
    """
    ended: list[int] = []
    for _ in range(rounds):
        processes = find(run)
        if not processes:
            break
        ended += [process.pid for process in processes]
        _end_once(processes, grace_seconds)
    return ended


def _end_once(processes: Sequence[psutil.Process], grace_seconds: float) -> None:
    supervisor, *_ = processes
    if _is_supervisor(supervisor):
        _signal(supervisor, kill=True)
    for process in processes:
        _signal(process, kill=False)
    _, stubborn = psutil.wait_procs(processes, timeout=grace_seconds)
    for process in stubborn:
        _signal(process, kill=True)
    psutil.wait_procs(stubborn, timeout=grace_seconds)


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return "box.supervision" in process.cmdline()
    except psutil.Error:
        return False


def _signal(process: psutil.Process, *, kill: bool) -> None:
    with suppress(psutil.Error):
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
