"""Checks against real metrics: types, and the bucket of a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.checks.counters import instead_of_a_gauge
from slo.lint.checks.metric_units import is_misread
from slo.lint.context import queries_of
from slo.lint.finding import finding
from slo.lint.registry import METRICS, check
from slo.lint.series import bounds_of
from slo.units import SECONDS, spell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.lint.finding import Finding
    from slo.lint.series import SeriesIndex
    from slo.model import HistogramLimit

_NO_COUNTERS = {"gauge": "a gauge", "info": "an info metric", "stateset": "a stateset"}
_SHOWN = 4


@check("SLO133", METRICS)
def wrong_types(index: SeriesIndex) -> Iterator[Finding]:
    """Report rates of gauges, and limits on counters."""
    for slo in index.context.slos:
        seen: set[str] = set()
        for query in queries_of(slo) if slo.sli.histogram_limit() is None else []:
            if query.selector is None or query.selector.name in seen:
                continue
            name = query.selector.name
            seen.add(name)
            kind = index.metrics.kind(name)
            if query.is_counter and kind in _NO_COUNTERS:
                message = f"{name} is {_NO_COUNTERS[kind]}, not a counter: its rate is meaningless"
                yield finding(query.place, message, instead_of_a_gauge("read a counter", name))
            elif not query.is_counter and kind == "counter":
                message = f"{name} is a counter, which only grows; {query.kind} needs a gauge"
                yield finding(query.place, message, "read a gauge, or use the SLI kind events")


@check("SLO133", METRICS)
def wrong_histograms(index: SeriesIndex) -> Iterator[Finding]:
    """Report metrics that are no histogram, and native histograms read as classic ones or the reverse."""
    for slo in index.context.slos:
        limit = slo.sli.histogram_limit()
        if limit is None:
            continue
        name, place = limit.histogram.name, slo.place.at("sli", slo.sli.kind).key("histogram")
        kind, classic, native = index.metrics.kind(name), index.series(f"{name}_bucket"), index.series(name)
        if kind and kind not in {"histogram", "gaugehistogram"}:
            yield finding(place, f"{name} is a {kind}, not a histogram", "latency needs a histogram")
        elif not limit.native and native and classic is not None and not classic:
            yield finding(place, f"{name} is a native histogram here, without buckets", "add native: true")
        elif limit.native and index.metrics.complete and classic and native is not None and not native:
            yield finding(place, f"{name} is a classic histogram here", "remove `native`")


@check("SLO132", METRICS)
def missing_buckets(index: SeriesIndex) -> Iterator[Finding]:
    """Report limits without a bucket in a classic histogram."""
    for slo in index.context.slos:
        limit = slo.sli.histogram_limit()
        if limit is None or limit.native:
            continue
        bounds = bounds_of(index, limit)
        if bounds and limit.under not in bounds and not is_misread(index, limit):
            place = slo.place.at("sli", slo.sli.kind, "under")
            yield finding(place, _no_bucket(limit), _nearest(limit, bounds))


def _no_bucket(limit: HistogramLimit) -> str:
    unit = limit.metric_unit
    in_unit = "" if unit == SECONDS else f" ({unit.count(limit.under)})"
    return f"{limit.histogram.name} has no bucket for {spell(limit.under, unit)}{in_unit}, so the SLO has no data"


def _nearest(limit: HistogramLimit, bounds: list[Decimal]) -> str:
    """Return the hint with the bounds nearest to the limit."""
    above_zero = [bound for bound in bounds if bound > 0]
    nearest = sorted(sorted(above_zero, key=lambda bound: abs(bound - limit.under))[:_SHOWN])
    shown = ", ".join(spell(bound, limit.metric_unit) for bound in nearest)
    return f"the nearest bounds are {shown}" if nearest else ""
