"""An event loop whose clock jumps to the next timer instead of waiting for it: hours pass in milliseconds, exactly."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing; tells the loop how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, and let the time pass."""
        self.now += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which starts at 0."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._jumping.now

    def pause(self, seconds: float) -> None:
        """Let time pass in which nothing of this loop runs, as when its process is stopped."""
        self._jumping.now += seconds


def now() -> float:
    """Return the time of the loop that runs."""
    return asyncio.get_running_loop().time()


def pause(seconds: float) -> None:
    """Stop the virtual process that runs for a while."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.pause(seconds)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time; what is left at the end is cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
