"""The best that records can do where rules were not evaluated for a while: the minutes that an evaluation covered."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from bench.traffic import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.traffic import Log

_MINUTE = 60
_LOOKBACK = 5  # minutes that one evaluation of the base covers


class BestCase:
    """The events of the minutes of a log that at least one evaluation covered, with one evaluation a minute."""

    def __init__(self, log: Log, off: Callable[[int, int], bool], start: int, days: int) -> None:
        """Add the events up, minute by minute."""
        minutes = range(days * DAY // _MINUTE)
        evaluated = [not off(*divmod(_MINUTE * mark, DAY)) for mark in range(len(minutes) + _LOOKBACK + 1)]
        covered = [any(evaluated[n + 1 : n + 1 + _LOOKBACK]) for n in minutes]
        counts = [log.counted(start + _MINUTE * (n + 1), _MINUTE) if covered[n] else (0, 0) for n in minutes]
        self._start = start
        self._total = [0, *accumulate(total for total, _ in counts)]
        self._bad = [0, *accumulate(bad for _, bad in counts)]

    def ratio(self, at: float, window: int) -> float:
        """Return the error ratio of the window that ends at `at`."""
        end = int(at - self._start) // _MINUTE
        first = max(0, end - window // _MINUTE)
        return (self._bad[end] - self._bad[first]) / (self._total[end] - self._total[first])
