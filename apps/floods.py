"""Faults that run beside the requests: floods of log lines and of label values.

The shop limits both, so that the alerts about them stay quiet. With `bypass` a flood passes the limit, slower and for a
limited time, as a library would that writes its own lines or makes its own labels.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import structlog

from apps.cardinality import BoundedCounter
from apps.faults import Fault, FaultName, Faults

LINES_PER_SECOND = 10_000
LINES_PER_SECOND_WRITTEN = 2_000
"""With `bypass`: twice the threshold of LogFlood, and a rate at which a tier still serves requests."""
VALUES = 10_000
VALUES_PER_SECOND = 1_000
TICK_SECONDS = 0.005
MOST_AT_ONCE = 100
"""Twice what is due at a tick: after a pause no more is made up for, so that requests have their turn."""

log = structlog.stdlib.get_logger("apps.floods")
past_the_throttle = logging.getLogger("apps.floods.library")
"""Python's own logger: only structlog's lines are throttled."""


@dataclass(slots=True)
class Floods:
    """What the faults `log_flood` and `cardinality` do while they are on; `count` is told how much."""

    faults: Faults
    visitors: BoundedCounter
    count: Callable[[FaultName, int], None]
    _names: Iterator[int] = field(default_factory=itertools.count)

    async def log_flood(self, fault: Fault) -> None:
        """Attempt ten thousand lines a second, or write two thousand."""
        async for number in self._ticks(fault, LINES_PER_SECOND_WRITTEN if fault.bypass else LINES_PER_SECOND):
            for line in range(number):
                if fault.bypass:
                    past_the_throttle.info("flood %d", line)
                else:
                    log.info("flood", line=line)
            self.count("log_flood", number)

    async def cardinality(self, fault: Fault) -> None:
        """Count visitors one by one, until there were ten thousand; forget them when the fault ends.

        With `bypass` each of them becomes a series, and `rate` is the share of the ten thousand that comes.
        """
        left = int(VALUES * fault.rate) if fault.bypass else VALUES
        try:
            async for number in self._ticks(fault, VALUES_PER_SECOND):
                made = min(number, left)
                for _ in range(made):
                    self.visitors.count(f"visitor-{next(self._names)}", bounded=not fault.bypass)
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
