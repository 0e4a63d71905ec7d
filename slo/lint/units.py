"""Lints about real metrics: is their unit the one that the rules use?"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.lint.bounds import bounds_of
from slo.lint.finding import finding
from slo.lint.subject import measured
from slo.promql import Selector
from slo.sli.freshness import Freshness
from slo.sli.latency import Latency
from slo.sli.threshold import Threshold
from slo.units import SECONDS, UNITS, named, spell, unit_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.lint.sight import Sight
    from slo.model import Slo
    from slo.units import MetricUnit

_SMALLER = tuple(UNITS[name] for name in ("milliseconds", "microseconds", "nanoseconds"))
_LARGE_BOUND = 1_000
_SMALL_LIMIT = 10
_LONGEST_BOUND = 1_000
"""Seconds: few histograms of requests have a larger bound."""
_TIMES = ((1e8, "seconds"), (1e11, "milliseconds"), (1e14, "microseconds"), (1e17, "nanoseconds"))
"""The least Unix time in each unit: each range spans the years 1973 to 5138."""
_TOO_LARGE = 1e20


def other_units(sight: Sight) -> Iterator[Diagnostic]:
    """The metadata of a metric give another unit than that of its limit."""
    for slo in sight.subject.slos:
        for place, name, unit in _assumed(slo):
            real = named(sight.metrics.unit(name))
            if real and real != unit:
                message = f"{name} is in {real.name} by its metadata, and is read as {unit.name}"
                yield finding("SLO146", place, message, f"write unit: {real.name}")


def _assumed(slo: Slo) -> Iterator[tuple[Place, str, MetricUnit]]:
    """Yield the place of a metric, its name, and the unit that the rules use."""
    sli = measured(slo)
    if isinstance(sli, Latency):
        yield slo.place.at("sli", "latency", "histogram"), sli.histogram.name, sli.metric_unit
    elif isinstance(sli, Freshness) and isinstance(sli.timestamp, Selector):
        yield slo.place.at("sli", "freshness", "timestamp"), sli.timestamp.name, sli.metric_unit
    elif isinstance(sli, Threshold) and isinstance(sli.query, Selector) and sli.converted and sli.metric_unit:
        yield slo.place.at("sli", "threshold", "query"), sli.query.name, sli.metric_unit


def misread(sight: Sight, sli: Latency) -> bool:
    """Whether one of these lints reports the unit of a histogram."""
    real = named(sight.metrics.unit(sli.histogram.name))
    return (real is not None and real != sli.metric_unit) or smaller_unit(sight, sli) is not None


def large_bounds(sight: Sight) -> Iterator[Diagnostic]:
    """Buckets that look like milliseconds, in a histogram without a known unit."""
    for slo in sight.subject.slos:
        sli = measured(slo)
        if isinstance(sli, Latency) and not sli.native and (unit := smaller_unit(sight, sli)):
            name, largest = sli.histogram.name, bounds_of(sight, sli)[-1]
            message = (
                f"{name} has buckets up to {largest:f}, which look like {unit.name}, and its name gives no unit: "
                f'{spell(sli.under, SECONDS)} is read as le="{sli.under:f}"'
            )
            hint = f"write unit: {unit.name}, or unit: seconds if it is in seconds"
            yield finding("SLO147", slo.place.at("sli", "latency", "histogram"), message, hint)


def smaller_unit(sight: Sight, sli: Latency) -> MetricUnit | None:
    """Return the unit that the buckets look like, if seconds are only the default."""
    name = sli.histogram.name
    if sli.unit_given or sli.metric_unit != SECONDS or unit_of_name(name) or named(sight.metrics.unit(name)):
        return None
    bounds = bounds_of(sight, sli)
    if not bounds or bounds[-1] < _LARGE_BOUND:
        return None
    exact = next((unit for unit in _SMALLER if (sli.under / unit.size).normalize() in bounds), None)
    if sli.under >= _SMALL_LIMIT and (exact is None or sli.under in bounds):
        return None
    return exact or next((unit for unit in _SMALLER if bounds[-1] * unit.size <= _LONGEST_BOUND), None)


def other_times(sight: Sight) -> Iterator[Diagnostic]:
    """A Unix time that is only plausible in another unit."""
    for slo in sight.subject.slos:
        sli = measured(slo)
        if not isinstance(sli, Freshness) or not isinstance(sli.timestamp, Selector) or not sli.timestamp.name:
            continue
        highest = sight.metrics.highest(sli.timestamp.name)
        real = _unit_of_time(highest) if highest is not None else ""
        if highest is not None and real and real != sli.in_unit:
            effect = "never" if UNITS[real].size < sli.metric_unit.size else "always"
            name, shown = sli.timestamp.name, f"{Decimal(highest):.0f}"
            message = f"{name} is {shown}, a time in {real}; read as {sli.in_unit} it is {effect} too old"
            yield finding("SLO148", slo.place.at("sli", "freshness", "timestamp"), message, f"write unit: {real}")


def _unit_of_time(value: float) -> str:
    return next((name for least, name in reversed(_TIMES) if least <= value < _TOO_LARGE), "")
