"""Lints about real metrics: do their types fit, and have histograms the bucket that is needed?"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.subject import measured, readings
from slo.promql import Matcher, Selector, duration
from slo.sli.latency import Latency

if TYPE_CHECKING:
    from collections.abc import Iterator

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
                hint = "read a counter, or use the SLI kind threshold, ratio, up or freshness"
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
        buckets = sli.histogram.renamed(f"{sli.histogram.name}_bucket", Matcher("le", "!=", ""))
        bounds = sorted({bound for row in sight.matched(buckets) for bound in _bound(row.get("le", ""))})
        if bounds and sli.under not in bounds:
            yield _no_bucket(slo, sli, bounds)


def _no_bucket(slo: Slo, sli: Latency, bounds: list[Decimal]) -> Diagnostic:
    nearest = sorted(sorted(bounds, key=lambda bound: abs(bound - sli.under))[:_SHOWN])
    message = f"{sli.histogram.name} has no bucket for {duration(sli.under)}, so the SLO has no data"
    hint = f"the nearest bounds are {', '.join(_spelled(bound) for bound in nearest)}"
    return finding("SLO132", slo.place.at("sli", "latency", "under"), message, hint)


def _spelled(bound: Decimal) -> str:
    """As one may write it under `under`: bounds finer than a millisecond have no such spelling."""
    exact = bound * 1000 == int(bound * 1000) and bound > 0
    return duration(bound) if exact else f"{bound.normalize():f} seconds"


def _bound(text: str) -> list[Decimal]:
    """The bound in seconds; none for +Inf and what is no number."""
    try:
        bound = Decimal(text)
    except InvalidOperation:
        return []
    return [bound.normalize()] if bound.is_finite() else []
