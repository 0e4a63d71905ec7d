"""Signals: every way of asking a command to stop means Ctrl-C, and a clean-up is not interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKING_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def treat_as_ctrl_c() -> None:
    """Let SIGTERM, and the SIGHUP of a closed terminal, raise KeyboardInterrupt as Ctrl-C does."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore the signals that ask to stop while the block runs."""
    before = {name: signal.signal(name, signal.SIG_IGN) for name in ASKING_TO_STOP}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
