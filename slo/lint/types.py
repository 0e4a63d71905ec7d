"""Lints about real metrics: do their types fit, and have histograms the bucket that is needed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.bounds import bounds_of
from slo.lint.counters import instead_of_a_gauge
from slo.lint.finding import finding
from slo.lint.subject import measured, readings
from slo.lint.units import misread
from slo.promql import Selector
from slo.sli.latency import Latency
from slo.units import SECONDS, spell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.diagnostics import Diagnostic
    from slo.lint.sight import Sight
    from slo.model import Slo

_NO_COUNTERS = {"gauge": "a gauge", "info": "a set of facts", "stateset": "a set of states"}
_SHOWN = 4


def wrong_types(sight: Sight) -> Iterator[Diagnostic]:
    """A rate of a gauge, a limit on a counter."""
    for slo in sight.subject.slos:
        sli, seen = measured(slo), set[str]()
        for reading in readings(slo):
            if not isinstance(reading.query, Selector) or isinstance(sli, Latency) or reading.query.name in seen:
                continue
            kind, name = sight.kind(reading.query.name), reading.query.name
            seen.add(name)
            if reading.counted and kind in _NO_COUNTERS:
                message = f"{name} is {_NO_COUNTERS[kind]}, not a counter: its rate means nothing"
                hint = instead_of_a_gauge("read a counter", name)
                yield finding("SLO133", reading.place, message, hint)
            elif not reading.counted and kind == "counter":
                message = f"{name} is a counter, which only grows; {reading.kind} needs what goes up and down"
                yield finding("SLO133", reading.place, message, "read a gauge, or use the SLI kind events")


def wrong_histograms(sight: Sight) -> Iterator[Diagnostic]:
    """Something that is no histogram, or a native one where a classic one is read, and the other way round."""
    for slo in sight.subject.slos:
        sli = measured(slo)
        if not isinstance(sli, Latency):
            continue
        name, place = sli.histogram.name, slo.place.at("sli", "latency").key("histogram")
        kind, classic, native = sight.kind(name), sight.series(f"{name}_bucket"), sight.series(name)
        if kind and kind not in {"histogram", "gaugehistogram"}:
            yield finding("SLO133", place, f"{name} is a {kind}, not a histogram", "latency needs a histogram")
        elif not sli.native and native and classic is not None and not classic:
            yield finding("SLO133", place, f"{name} is a native histogram here, without buckets", "add native: true")
        elif sli.native and sight.metrics.complete and classic and native is not None and not native:
            yield finding("SLO133", place, f"{name} is a classic histogram here", "leave `native` out")


def missing_buckets(sight: Sight) -> Iterator[Diagnostic]:
    """A limit for which a classic histogram has no bucket."""
    for slo in sight.subject.slos:
        sli = measured(slo)
        if not isinstance(sli, Latency) or sli.native:
            continue
        bounds = bounds_of(sight, sli)
        if bounds and sli.under not in bounds and not misread(sight, sli):
            yield _no_bucket(slo, sli, bounds)


def _no_bucket(slo: Slo, sli: Latency, bounds: list[Decimal]) -> Diagnostic:
    name, unit = sli.histogram.name, sli.metric_unit
    above_zero = [bound for bound in bounds if bound > 0]
    nearest = sorted(sorted(above_zero, key=lambda bound: abs(bound - sli.under))[:_SHOWN])
    in_unit = "" if unit == SECONDS else f" ({unit.count(sli.under)})"
    message = f"{name} has no bucket for {spell(sli.under, unit)}{in_unit}, so the SLO has no data"
    hint = f"the nearest bounds are {', '.join(spell(bound, unit) for bound in nearest)}" if nearest else ""
    return finding("SLO132", slo.place.at("sli", "latency", "under"), message, hint)
