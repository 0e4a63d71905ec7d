"""Durations in texts, as the server measures them: a time scale divides those of the specification."""

from __future__ import annotations

from slo.promql import duration
from slo.times import DAY, HOUR, MINUTE

_SPOKEN = {5 * MINUTE: "five minutes", 10 * MINUTE: "ten minutes", DAY: "day"}


def span(seconds: int, factor: int) -> str:
    """Return a duration as the server measures it: an hour is `1h`, at time scale 60 `1m`."""
    return duration(seconds // factor)


def both(seconds: int, factor: int) -> str:
    """Return a duration, and at a time scale also that of the specification: `1m (1h at time scale 60)`."""
    real = span(seconds, factor)
    return real if factor == 1 else f"{real} ({duration(seconds)} at time scale {factor})"


def spoken(seconds: int, factor: int) -> str:
    """Return a duration in words where there are some: `five minutes`, `day`."""
    return _SPOKEN.get(seconds, span(seconds, 1)) if factor == 1 else span(seconds, factor)


def note(factor: int) -> str:
    """Return a sentence about the time scale, empty in real time."""
    return "" if factor == 1 else f"At time scale {factor}, {duration(HOUR)} is {span(HOUR, factor)}."
