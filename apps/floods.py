"""Faults that wait for no request: they press on logs and metrics, which have to stand it."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import structlog

from apps.cardinality import BoundedCounter
from apps.faults import Fault, FaultName, Faults

LINES_PER_SECOND = 10_000
VALUES = 10_000
VALUES_PER_SECOND = 1_000
TICK_SECONDS = 0.005
MOST_AT_ONCE = 100
"""Twice what is due at a tick: after a pause no more is made up for, so that requests have their turn."""

log = structlog.stdlib.get_logger("apps.floods")


@dataclass(slots=True)
class Floods:
    """What the faults `log_flood` and `cardinality` do while they are on; `count` is told how much."""

    faults: Faults
    visitors: BoundedCounter
    count: Callable[[FaultName, int], None]
    _names: Iterator[int] = field(default_factory=itertools.count)

    async def log_flood(self, fault: Fault) -> None:
        """Attempt ten thousand lines a second."""
        async for number in self._ticks(fault, LINES_PER_SECOND):
            for line in range(number):
                log.info("flood", line=line)
            self.count("log_flood", number)

    async def cardinality(self, fault: Fault) -> None:
        """Count visitors one by one, until there were ten thousand; forget them when the fault ends."""
        left = VALUES
        try:
            async for number in self._ticks(fault, VALUES_PER_SECOND):
                made = min(number, left)
                for _ in range(made):
                    self.visitors.count(f"visitor-{next(self._names)}")
                self.count("cardinality", made)
                left -= made
        finally:
            self.visitors.forget()

    async def _ticks(self, fault: Fault, per_second: int) -> AsyncIterator[int]:
        """How many to make now, again and again while the fault is on."""
        due, last = 0.0, time.monotonic()
        while self.faults.active(fault.name) is fault:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            due, last = min(due + (now - last) * per_second * fault.rate, MOST_AT_ONCE), now
            number, due = int(due), due % 1
            yield number
