"""The units that metrics are in, and how names and metadata spell them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

UnitName = Annotated[
    Literal[
        "seconds",
        "milliseconds",
        "microseconds",
        "nanoseconds",
        "minutes",
        "hours",
        "days",
        "bytes",
        "s",
        "ms",
        "us",
        "ns",
    ],
    Meta(description="Unit of the metric; default: what its name ends in."),
]
"""Values of `unit`; the last four are abbreviations."""
TimestampUnit = Annotated[
    Literal["seconds", "milliseconds", "microseconds", "nanoseconds", "s", "ms", "us", "ns"],
    Meta(description="Unit of the timestamp; default: what its name ends in, or seconds."),
]
"""Values of `unit` for a Unix time."""


class MetricUnit(msgspec.Struct, frozen=True):
    """One unit.

    Attributes:
        name: in the plural, as Prometheus ends the names of metrics.
        kind: what it measures.
        size: seconds or bytes in one.
    """

    name: str
    kind: Literal["time", "size"]
    size: Decimal

    def count(self, value: Decimal) -> str:
        """`1 second`, `250 milliseconds`."""
        return f"{value:f} {self.name[:-1] if value == 1 else self.name}"


SECONDS = MetricUnit("seconds", "time", Decimal(1))
UNITS = {
    unit.name: unit
    for unit in (
        SECONDS,
        MetricUnit("milliseconds", "time", Decimal("0.001")),
        MetricUnit("microseconds", "time", Decimal("0.000001")),
        MetricUnit("nanoseconds", "time", Decimal("0.000000001")),
        MetricUnit("minutes", "time", Decimal(60)),
        MetricUnit("hours", "time", Decimal(3_600)),
        MetricUnit("days", "time", Decimal(86_400)),
        MetricUnit("bytes", "size", Decimal(1)),
    )
}
"""Every unit by its name."""

_ENDINGS = {
    **{name: name for name in UNITS},
    **dict.fromkeys(("secs", "sec"), "seconds"),
    **dict.fromkeys(("ms", "millis", "msecs", "msec"), "milliseconds"),
    **dict.fromkeys(("us", "micros", "usecs", "usec"), "microseconds"),
    **dict.fromkeys(("ns", "nanos", "nsecs", "nsec"), "nanoseconds"),
}
_WORDS = {**_ENDINGS, "s": "seconds", "min": "minutes", "h": "hours", "d": "days", "By": "bytes", "B": "bytes"}
_LAST = re.compile(r"(?:^|[_.:])([a-z]+)\Z")


def unit_of_name(metric: str) -> MetricUnit | None:
    """Return the unit at the end of a metric name, or None.

    >>> [unit.name for m in ("took_ms", "http.took.us", "took_seconds", "took") if (unit := unit_of_name(m))]
    ['milliseconds', 'microseconds', 'seconds']
    """
    last = _LAST.search(metric)
    return UNITS.get(_ENDINGS.get(last[1], "")) if last else None


def named(word: str) -> MetricUnit | None:
    """Return the unit for a word in a specification or in metadata, such as `milliseconds` or `ms`; or None."""
    return UNITS.get(_WORDS.get(word, ""))
