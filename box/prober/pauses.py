"""Pauses of the prober itself: time in which it did not run, because it was stopped or had no processor.

They blur a measurement. What comes during a pause is seen at its end, and what is due in it is sent late: the shop may
have been faster than it looks, by the length of the pause. One in the middle changes nothing, as there was no answer
before it and none after it.
"""

import asyncio
from collections import deque
from collections.abc import Callable

PERIOD_SECONDS = 0.05
SHORTEST_SECONDS = 0.1
"""Shorter pauses are not looked at."""
KEPT = 1000


class OwnPauses:
    """Remembers the latest pauses. `clock` is that of the event loop, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen_running = clock()
        self._pauses: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def blur(self, start: float, end: float) -> float:
        """Return by how many seconds pauses may have prolonged what was due at `start` and seen at `end`, just now."""
        self._look()
        return sum(
            min(end, after) - max(start, before)
            for before, after in self._pauses
            if start < after and (before <= start + PERIOD_SECONDS or after >= end - PERIOD_SECONDS)
        )

    async def watch(self) -> None:
        """Look often enough that a longer time without a look is a pause; never returns."""
        while True:
            self._look()
            await asyncio.sleep(PERIOD_SECONDS)

    def _look(self) -> None:
        now = self._clock()
        if now - self._seen_running > PERIOD_SECONDS + SHORTEST_SECONDS:
            self._pauses.append((self._seen_running, now))
        self._seen_running = now
