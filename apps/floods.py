"""Background faults: floods of log lines and of label values.

The shop limits both, so that the alerts about them stay quiet. With `bypass` a flood passes the limit, slower and for a
limited time, as a library would that has its own logger or its own labels.
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
"""Twice what is due at a tick: a longer backlog is dropped, so that requests are still served."""

log = structlog.stdlib.get_logger("apps.floods")
library_log = logging.getLogger("apps.floods.library")
"""Python's own logger: only lines of structlog are rate-limited."""


@dataclass(slots=True)
class Floods:
    """The effects of the faults `log_flood` and `cardinality`; `count` gets the amounts."""

    faults: Faults
    visitors: BoundedCounter
    count: Callable[[FaultName, int], None]
    _names: Iterator[int] = field(default_factory=itertools.count)

    async def log_flood(self, fault: Fault) -> None:
        """Attempt ten thousand lines a second, or write two thousand with `bypass`."""
        async for number in self._ticks(fault, LINES_PER_SECOND_WRITTEN if fault.bypass else LINES_PER_SECOND):
            for line in range(number):
                if fault.bypass:
                    library_log.info("flood %d", line)
                else:
                    log.info("flood", line=line)
            self.count("log_flood", number)

    async def cardinality(self, fault: Fault) -> None:
        """Count ten thousand visitors one by one; remove them when the fault ends.

        With `bypass` each of them becomes a series, and `rate` is the share of the ten thousand.
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
        """Yield how many are due, at each tick while the fault is on."""
        due, last = 0.0, time.monotonic()
        while self.faults.active(fault.name) is fault:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            due, last = min(due + (now - last) * per_second * fault.rate, MOST_AT_ONCE), now
            number, due = int(due), due % 1
            yield number
