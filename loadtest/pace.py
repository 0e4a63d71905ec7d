"""Compare the requests that visitors should have made with those they made.

Every visitor waits for a response before its next request, so a shop that stalls also stalls its load: slow seconds
then have few requests, and percentiles look too good (coordinated omission). A run behind its own pace is invalid.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

PER_SECOND = 1
"""Requests that each visitor makes in a second."""

TOLERANCE = Fraction(1, 100)
"""Fraction of the offered requests that may be missing in a valid run."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Offered and achieved requests of a run."""

    offered: int
    achieved: int

    @property
    def shortfall(self) -> Fraction:
        """The missing fraction of the offered requests."""
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
        """Return the rates of whole seconds: the request at the end of a stay may or may not be in it."""
        end = now if self.until is None else self.until
        offered = int((end - self.since) * PER_SECOND)
        return Rates(offered, min(self.requests, offered))


@dataclass(slots=True)
class Pace:
    """All stays of a run.

    Attributes:
        clock: Monotonic seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _stays: list[Stay] = field(default_factory=list)

    def arrive(self) -> Stay:
        """Start the stay of one visitor."""
        self._stays.append(Stay(self.clock()))
        return self._stays[-1]

    def leave(self, stay: Stay) -> None:
        """End a stay."""
        stay.until = self.clock()

    def rates(self) -> Rates:
        """Return offered and achieved requests of all stays so far."""
        now = self.clock()
        each = [stay.rates(now) for stay in self._stays]
        return Rates(sum(rate.offered for rate in each), sum(rate.achieved for rate in each))
