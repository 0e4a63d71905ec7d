"""Range queries for charts, shared by all viewers: aligned in time, and asked once for each start, end and step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.serve.shared import Shared

if TYPE_CHECKING:
    from slo.serve.prometheus import Line, Prometheus

_MOST_POINTS = 240
_KEPT = 256
_MOST_VALUES = 20_000
"""A larger answer is not kept."""
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


class Ranges:
    """Answers to range queries, shared by all viewers."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus
        self._shared: Shared[list[Line]] = Shared(_KEPT)

    def get(self, expression: str, span: Span, age: float = 0.0) -> list[Line]:
        """Return the series of a range query, at most `age` seconds old, or half a step (and 15 seconds at least).

        Raises:
            ObserveError: the server does not answer, or refuses the query.
        """
        key = (expression, span)
        lines = self._shared.get(
            key,
            age or max(15.0, span.step / 2),
            lambda: self._prometheus.range(expression, span.start, span.end, span.step),
        )
        if sum(len(line.values) for line in lines) > _MOST_VALUES:
            self._shared.forget(key)
        return lines
