"""Range queries for charts, shared by all viewers: aligned in time, and asked once for each start, end and step."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from slo.serve import links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.serve.prometheus import Line, Prometheus

_MOST_POINTS = 240
_KEPT = 256
_MOST_VALUES = 20_000
"""A larger answer is not kept."""
_HOUR, _FUTURE = 3_600.0, 86_400.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)


@dataclass(frozen=True, slots=True)
class Span:
    """An aligned range of time."""

    start: float
    end: float
    step: float


def align(start: float, end: float) -> Span:
    """Return the range that contains these times, with at most 240 steps of a round number of seconds."""
    wanted = (end - start) / _MOST_POINTS
    step = next((step for step in _STEPS if step >= wanted), _STEPS[-1])
    return Span(start // step * step, -(-end // step) * step, float(step))


def span_of(given: Mapping[str, str], window: str = "1h") -> Span:
    """Return the aligned range of a query string: `from` and `to` in Unix seconds, or the last `range`."""
    now = time.time()
    try:
        start, end = float(given["from"]), float(given["to"])
    except (KeyError, ValueError):
        start, end = now - links.seconds_of(given.get("range", window)), now
    return align(start, end) if 0 <= start < end <= now + _FUTURE else align(now - _HOUR, now)


class Ranges:
    """A cache of the answers to range queries."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, Span], tuple[float, list[Line]]] = OrderedDict()

    def get(self, expression: str, span: Span, age: float = 0.0) -> list[Line]:
        """Return the series of a range query, at most `age` seconds old, or half a step (and 15 seconds at least).

        Raises:
            ObserveError: the server does not answer, or refuses the query.
        """
        key, now = (expression, span), time.monotonic()
        with self._lock:
            kept = self._kept.get(key)
        if kept and now - kept[0] < (age or max(15.0, span.step / 2)):
            return kept[1]
        lines = self._prometheus.range(expression, span.start, span.end, span.step)
        if sum(len(line.values) for line in lines) > _MOST_VALUES:
            return lines
        with self._lock:
            self._kept[key] = (now, lines)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return lines
