"""Compares the requests that visitors should have made with those they made.

Every visitor waits for an answer before it asks again, so a shop that stalls also stalls its load:
the slow seconds then hold few requests, and percentiles look better than what people would have
met. A run that fell behind its own pace is therefore no measurement.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

PER_SECOND = 1
"""Requests that each visitor makes in a second."""

TOLERANCE = Fraction(1, 100)
"""The share of the offered requests that may be missing in a valid run."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a run offered and what it achieved, in requests."""

    offered: int
    achieved: int

    @property
    def shortfall(self) -> Fraction:
        """The missing share of the offered requests, 0 when nothing is missing."""
        missing = max(0, self.offered - self.achieved)
        return Fraction(missing, self.offered) if missing else Fraction(0)

    @property
    def valid(self) -> bool:
        """Whether the run kept its pace, and made any request at all."""
        return self.offered > 0 and self.shortfall <= TOLERANCE


@dataclass(slots=True)
class Stay:
    """One visitor's time in the shop, on the clock of its `Pace`."""

    since: float
    until: float | None = None
    requests: int = 0

    def rates(self, now: float) -> Rates:
        """Whole seconds only: the request at the end of a stay may or may not be in it."""
        end = now if self.until is None else self.until
        offered = int((end - self.since) * PER_SECOND)
        return Rates(offered, min(self.requests, offered))


@dataclass(slots=True)
class Pace:
    """All stays of a run.

    Attributes:
        clock: Seconds from any start, never going back.
    """

    clock: Callable[[], float] = time.monotonic
    _stays: list[Stay] = field(default_factory=list)

    def arrive(self) -> Stay:
        """Starts the stay of one visitor."""
        self._stays.append(Stay(self.clock()))
        return self._stays[-1]

    def leave(self, stay: Stay) -> None:
        """Ends a stay."""
        stay.until = self.clock()

    def rates(self) -> Rates:
        """Offered and achieved requests of all stays so far."""
        now = self.clock()
        each = [stay.rates(now) for stay in self._stays]
        return Rates(sum(rate.offered for rate in each), sum(rate.achieved for rate in each))
