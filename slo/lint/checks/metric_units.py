"""Checks against real metrics: units."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.registry import METRICS, check
from slo.lint.series import bounds_of
from slo.units import SECONDS, UNITS, named, spell, unit_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.finding import Finding
    from slo.lint.series import SeriesIndex
    from slo.model import HistogramLimit
    from slo.units import MetricUnit

_SMALLER = tuple(UNITS[name] for name in ("milliseconds", "microseconds", "nanoseconds"))
_LARGE_BOUND = 1_000
_SMALL_LIMIT = 10
_LONGEST_BOUND = 1_000
"""Seconds: few histograms of requests have a larger bound."""
_TIMES = ((1e8, "seconds"), (1e11, "milliseconds"), (1e14, "microseconds"), (1e17, "nanoseconds"))
"""The least Unix time in each unit: each range spans the years 1973 to 5138."""
_TOO_LARGE = 1e20


@check("SLO146", METRICS)
def other_units(index: SeriesIndex) -> Iterator[Finding]:
    """Report metrics whose metadata give another unit than that of the limit."""
    for slo in index.context.slos:
        for known in slo.sli.metric_units():
            real = named(index.metrics.unit(known.metric))
            if real and real != known.unit:
                place = slo.place.at("sli", slo.sli.kind, known.key)
                message = f"{known.metric} is in {real.name} by its metadata, but read as {known.unit.name}"
                yield finding(place, message, f"write unit: {real.name}")


def is_misread(index: SeriesIndex, limit: HistogramLimit) -> bool:
    """Whether a check of this module reports the unit of a histogram."""
    real = named(index.metrics.unit(limit.histogram.name))
    return (real is not None and real != limit.metric_unit) or smaller_unit(index, limit) is not None


@check("SLO147", METRICS)
def large_bounds(index: SeriesIndex) -> Iterator[Finding]:
    """Report buckets that look like milliseconds, in a histogram without a known unit."""
    for slo in index.context.slos:
        limit = slo.sli.histogram_limit()
        if limit is not None and not limit.native and (unit := smaller_unit(index, limit)):
            name, largest = limit.histogram.name, bounds_of(index, limit)[-1]
            message = (
                f"{name} has buckets up to {largest:f}, which look like {unit.name}, and its name gives no unit: "
                f'{spell(limit.under, SECONDS)} is read as le="{limit.under:f}"'
            )
            hint = f"write unit: {unit.name}, or unit: seconds if it is in seconds"
            yield finding(slo.place.at("sli", slo.sli.kind, "histogram"), message, hint)


def smaller_unit(index: SeriesIndex, limit: HistogramLimit) -> MetricUnit | None:
    """Return the unit that the buckets look like, if seconds are only the default."""
    name = limit.histogram.name
    if limit.unit_given or limit.metric_unit != SECONDS or unit_of_name(name) or named(index.metrics.unit(name)):
        return None
    bounds = bounds_of(index, limit)
    if not bounds or bounds[-1] < _LARGE_BOUND:
        return None
    exact = next((unit for unit in _SMALLER if (limit.under / unit.size).normalize() in bounds), None)
    if limit.under >= _SMALL_LIMIT and (exact is None or limit.under in bounds):
        return None
    return exact or next((unit for unit in _SMALLER if bounds[-1] * unit.size <= _LONGEST_BOUND), None)


@check("SLO148", METRICS)
def other_times(index: SeriesIndex) -> Iterator[Finding]:
    """Report Unix times that are plausible only in another unit."""
    for slo in index.context.slos:
        for known in slo.sli.metric_units():
            highest = index.metrics.highest(known.metric) if known.is_timestamp and known.metric else None
            real = _unit_of_time(highest) if highest is not None else ""
            if highest is not None and real and real != known.unit.name:
                effect = "never" if UNITS[real].size < known.unit.size else "always"
                message = (
                    f"{known.metric} is {Decimal(highest):.0f}, a time in {real}; "
                    f"read as {known.unit.name} it is {effect} too old"
                )
                yield finding(slo.place.at("sli", slo.sli.kind, known.key), message, f"write unit: {real}")


def _unit_of_time(value: float) -> str:
    return next((name for least, name in reversed(_TIMES) if least <= value < _TOO_LARGE), "")
