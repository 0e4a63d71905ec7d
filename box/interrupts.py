"""Signals: every way of asking a command to stop means Ctrl-C, and a clean-up is not interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKING_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked to stop.

    A class of its own, because CPython remembers a plain KeyboardInterrupt that passes through `exec` (every dataclass
    that is being imported) as unhandled, and then ends by SIGINT, whatever exit code the program chose:
    https://github.com/python/cpython/blob/3.11/Python/pythonrun.c, `run_eval_code_obj`.
    """


def treat_as_ctrl_c() -> None:
    """Let SIGTERM, and the SIGHUP of a closed terminal, mean Ctrl-C; what the caller ignores (nohup) stays ignored."""
    for name in ASKING_TO_STOP:
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore the signals that ask to stop while the block runs."""
    before = {name: signal.signal(name, signal.SIG_IGN) for name in ASKING_TO_STOP}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
