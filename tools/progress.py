"""Runs a command that takes minutes, with its progress; an interrupt ends it with its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EVERY_SECONDS = {True: 0.5, False: 15.0}  # on a terminal one line is rewritten; in a log a line now and then
GRACE_SECONDS = 5
KEPT_LINES = 12


class CommandError(Exception):
    """A command failed; the message holds its last lines."""


@contextlib.contextmanager
def terminating() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as Ctrl-C, so that they end the children too."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end(process: subprocess.Popen[str]) -> None:
    """End a process and its whole group, by force when it does not go."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
            break
    # The leader may be gone before its children are.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class Meter:
    """Says what runs for how long, on one line of a terminal or on a line of a log now and then."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._start = time.monotonic()
        self._live = sys.stdout.isatty()
        self._next = self._start + EVERY_SECONDS[self._live]

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def tick(self, detail: str) -> None:
        """Show `detail` when it is time to."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_SECONDS[self._live]
        self._show(f"{self._label}: {detail}, {self.seconds:.0f} s", end="" if self._live else "\n")

    def done(self, detail: str) -> None:
        """Show the last word."""
        self._show(f"{self._label}: {detail}, {self.seconds:.0f} s", end="\n")

    def _show(self, text: str, end: str) -> None:
        print(f"\r{text}\x1b[K" if self._live else text, end=end, flush=True)


def attend(process: subprocess.Popen[str], readers: list[threading.Thread], tick: Callable[[], None]) -> None:
    """Wait until a process has ended and its output is read; end it when this is interrupted."""
    try:
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers) or process.poll() is None:
            tick()
            time.sleep(0.1)
    except BaseException:
        end(process)
        for reader in readers:
            if reader.is_alive():  # the interruption may come before all of them were started
                reader.join(GRACE_SECONDS)
        raise


def watch(command: list[str], cwd: Path, env: dict[str, str], meter: Meter, detail: Callable[[int], str]) -> str:
    """Run a command to its end; return what it wrote to standard output.

    Args:
        command: the program and its arguments.
        cwd: where it runs.
        env: its environment.
        meter: shows how long it takes.
        detail: says how far it is, given the number of lines it wrote to standard error.

    Raises:
        CommandError: it failed.
        KeyboardInterrupt: the user interrupted it; it and its children are gone.
    """
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    errors: deque[str] = deque(maxlen=KEPT_LINES)
    output: list[str] = []
    counted = [0]

    def read_errors() -> None:
        for line in process.stderr or ():
            counted[0] += 1
            errors.append(line)

    def read_output() -> None:
        output.extend(process.stdout or ())

    readers = [threading.Thread(target=reader, daemon=True) for reader in (read_errors, read_output)]
    with process:
        attend(process, readers, lambda: meter.tick(detail(counted[0])))
    if process.returncode:
        raise CommandError("".join(errors).strip() or f"exit status {process.returncode}")
    return "".join(output)
