"""The values that charts are drawn from."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Points = tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A line: pairs of x and y in order of x; None is a gap."""

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit, drawn as a dashed line with its name."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the x axis: an outage, a maintenance, a fault."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Series over time; `numeric`: over plain numbers instead."""

    title: str
    description: str
    series: tuple[Series, ...]
    thresholds: tuple[Threshold, ...] = ()
    spans: tuple[Span, ...] = ()
    x: str = "time (UTC)"
    y: str = ""
    numeric: bool = False
    height: int = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """One value; bars of one name are side by side, one for each `series`."""

    name: str
    value: float
    series: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars in the order given."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    thresholds: tuple[Threshold, ...] = ()
    x: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The number of values above `lower`, up to and including `upper`."""

    lower: float
    upper: float
    count: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Buckets in order, as wide as drawn."""

    title: str
    description: str
    buckets: tuple[Bucket, ...]
    thresholds: tuple[Threshold, ...] = ()
    x: str = "latency in s"
    y: str = "requests"
    height: int = 240


@dataclass(frozen=True, slots=True)
class Sample:
    """Measured values in any order."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cumulative:
    """The share of values up to each value; `log`: on a logarithmic axis, from the least value above 0."""

    title: str
    description: str
    samples: tuple[Sample, ...]
    thresholds: tuple[Threshold, ...] = ()
    x: str = "latency in s"
    y: str = "share of requests"
    log: bool = False
    height: int = 240


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of a timeline; spans of one name have one colour in all lanes."""

    name: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A moment, marked in all lanes, with its name above."""

    name: str
    time: float


@dataclass(frozen=True, slots=True)
class Events:
    """A timeline of lanes and events."""

    title: str
    description: str
    lanes: tuple[Lane, ...]
    events: tuple[Event, ...] = ()
    x: str = "time (UTC)"


Chart = Lines | Bars | Histogram | Cumulative | Events


def buckets(values: Iterable[float], bounds: Sequence[float]) -> tuple[Bucket, ...]:
    """Count values between bounds in rising order, each bound belonging to the bucket below it, as in Prometheus.

    Values at or below the first bound, or above the last, are not counted: choose bounds around all values.

    >>> [bucket.count for bucket in buckets((0.1, 0.2, 0.25, 0.9), (0, 0.2, 0.5, 1))]
    [2, 1, 1]
    """
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    pairs = zip(bounds, bounds[1:], counts[1:-1], strict=False)
    return tuple(Bucket(lower, upper, count) for lower, upper, count in pairs)
