"""Exemplars: single requests of a histogram with the ID of their trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.serve.traces import TRACE_ID

if TYPE_CHECKING:
    from slo.serve.prometheus import Exemplified, Prometheus
    from slo.serve.ranges import Span
    from slo.serve.shared import Shared

_MOST = 60
_AGE = 15.0
_NAMES = ("trace_id", "traceID", "traceId")
_HIDDEN = frozenset({"__name__", "le", "job", "instance"})


@dataclass(frozen=True, slots=True)
class Point:
    """One request: when, how many seconds it took, its trace, and the labels of its series."""

    at: float
    value: float
    trace: str
    labels: str


def points(prometheus: Prometheus, shared: Shared[list[Point]], selector: str, span: Span) -> list[Point]:
    """Return the newest exemplars of the series in a range that name a trace.

    Raises:
        ObserveError: the server does not answer, or refuses the query.
    """
    return shared.get((selector, span), _AGE, lambda: _newest(prometheus.exemplars(selector, span.start, span.end)))


def _newest(found: list[Exemplified]) -> list[Point]:
    """Return the newest of each series in turn, so that a rare failure is not crowded out by successes."""
    rows = [sorted(_of(each), key=lambda point: -point.at) for each in found]
    longest = max(map(len, rows), default=0)
    mixed = [row[index] for index in range(longest) for row in rows if index < len(row)]
    unique = {point.trace: point for point in reversed(mixed[:_MOST])}
    return sorted(unique.values(), key=lambda point: -point.at)


def _of(series: Exemplified) -> list[Point]:
    labels = ", ".join(f"{name}={value}" for name, value in series.labels.items() if name not in _HIDDEN)
    found = []
    for each in series.exemplars:
        trace = next((each.labels[name] for name in _NAMES if name in each.labels), "").lower()
        if TRACE_ID.fullmatch(trace):
            found.append(Point(each.timestamp, float(each.value), trace, labels))
    return found
