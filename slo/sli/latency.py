"""SLI kind `latency`: observations of a histogram at or under a limit."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from slo.diagnostics import Diagnostic, Place
from slo.model import NO_DATA, NO_FAILURES, UNKNOWN_BUCKET, CountingWindow, Counts, InputSeries, Unit, UnitOfMetric
from slo.promql import Matcher, Selector, parse_selector
from slo.query import check_selector, sli_query
from slo.query.counting import MetricPair, by_member, events, in_subwindow, where_measured
from slo.query.series import example, reads
from slo.query.zero_fill import QueryFacts, rate_of
from slo.units import (
    SECONDS,
    UNITS,
    Limit,
    LimitError,
    UnitName,
    bound_pattern,
    is_size,
    limit,
    named,
    spell,
    unit_of_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.model import HistogramLimit, Labels, Missing, SliQuery
    from slo.units import MetricUnit

_SUFFIXES = ("_bucket", "_count", "_sum")


class LatencySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`latency: {histogram, under}`: the base name of a histogram, and a limit: a bucket bound of a classic one."""

    EVENTS: ClassVar[bool] = True
    SHORT: ClassVar[str] = ""

    histogram: str
    under: Limit
    errors: str | None = None
    native: bool = False
    unit: UnitName | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless there are plain selectors, the base name, and a limit in the unit of the histogram."""
        problems = list(check_selector(self.histogram, place.at("histogram")))
        yield from problems
        if not problems:
            yield from _check_name(parse_selector(self.histogram), place.at("histogram"))
        if self.errors is not None:
            yield from check_selector(self.errors, place.at("errors"))
        try:
            self._limit(SECONDS if problems else self._unit(parse_selector(self.histogram)))
        except LimitError as error:
            yield Diagnostic("SLO043", place.at("under"), error.message, error.hint)

    def build(self) -> Latency:
        """Return the SLI; only for a spec that `check` passed."""
        histogram = parse_selector(self.histogram)
        unit = self._unit(histogram)
        errors, given = self._errors(histogram), self.unit is not None
        return Latency(histogram, self._limit(unit), errors, self.native, in_unit=unit.name, unit_given=given)

    def _limit(self, unit: MetricUnit) -> Decimal:
        return limit(self.under, unit, chosen=self.unit is not None)

    def _unit(self, histogram: Selector) -> MetricUnit:
        """Return the unit that is given, else that of the name, else bytes for a size and seconds for a time."""
        return (
            named(self.unit or "")
            or unit_of_name(histogram.name)
            or (UNITS["bytes"] if is_size(self.under) else SECONDS)
        )

    def _errors(self, histogram: Selector) -> Selector | None:
        """Return the selector of failed events; observations of the histogram itself have its base name."""
        if self.errors is None:
            return None
        errors = parse_selector(self.errors)
        own = [f"{histogram.name}{suffix}" for suffix in _SUFFIXES]
        return errors.renamed(histogram.name) if errors.name in own else errors


def _check_name(selector: Selector, place: Place) -> Iterator[Diagnostic]:
    suffix = next((s for s in _SUFFIXES if selector.name.endswith(s)), None)
    if not selector.name:
        message = "missing name of the histogram, to which slo adds _count and _bucket"
        yield Diagnostic("SLO044", place, message, 'write the name before the braces: seconds{job="api"}')
    elif suffix:
        base = selector.name.removesuffix(suffix)
        yield Diagnostic("SLO044", place, f'suffix "{suffix}" after the base name of a histogram', f"write {base}")
    elif any(m.label == "le" for m in selector.matchers):
        yield Diagnostic("SLO044", place, "label le of a histogram", "remove it; slo derives it from `under`")


class Latency(msgspec.Struct, frozen=True):
    """Observations at or under `under` are good, unless they are `errors`; it is a number in the unit of the histogram.

    The limit must be a bucket bound of a classic histogram; inside the buckets of a native one Prometheus interpolates.
    Errors that are observations of the histogram itself, by its name, are subtracted exactly. Those of another counter
    are added to the slow ones: an event that is both counts twice, up to the number of all events.
    """

    histogram: Selector
    under: Decimal
    errors: Selector | None = None
    native: bool = False
    unit: Unit = "events"
    scales: bool = True
    in_unit: str = "seconds"
    unit_given: bool = False
    kind: ClassVar[str] = "latency"
    counts_events: ClassVar[bool] = True
    is_fraction: ClassVar[bool] = False

    @property
    def metric_unit(self) -> MetricUnit:
        """The unit of the histogram."""
        return UNITS[self.in_unit]

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the selectors of the histogram and of the errors; those of another metric are a counter."""
        own = sli_query("histogram", self.histogram)
        if self.errors is None:
            return (own,)
        return own, sli_query("errors", self.errors, counter=self.errors.name != self.histogram.name)

    def histogram_limit(self) -> HistogramLimit:
        """Return itself."""
        return self

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return the unit of the histogram."""
        return (UnitOfMetric("histogram", self.histogram.name, self.metric_unit),)

    def counts(self, base: CountingWindow) -> Counts:
        """Return all observations of series with a bucket of the limit, and those that are not fast."""
        total = self._all(base)
        if self.errors is None:
            return Counts(total, f"clamp_min({base.total} - {self._fast(self.histogram, base)}, 0)")
        if self.errors.name == self.histogram.name:
            failed = f"({self._fast(self.errors, base)} or 0 * {base.total})"
            return Counts(total, f"clamp_min({base.total} - ({self._fast(self.histogram, base)} - {failed}), 0)")
        observed = self.histogram if self.native else self._count()
        failed = f"({events(self.errors, base, QueryFacts(), observed)} or 0 * {base.total})"
        bad = f"clamp_min({base.total} - {self._fast(self.histogram, base)}, 0) + {failed}"
        return Counts(total, f"{bad} <= {base.total}\nor {base.total} and {bad}")

    def _all(self, base: CountingWindow) -> str:
        if self.native:
            return in_subwindow(lambda subwindow: f"histogram_count({_observed(self.histogram, subwindow)})", base)
        count, bucket = self._count(), self._bucket(self.histogram)
        total = events(count, base, QueryFacts(buckets={count: (bucket,)}))
        return where_measured(total, [MetricPair((bucket,), (count,))], base) if base.bridge else total

    def _fast(self, histogram: Selector, base: CountingWindow) -> str:
        """Return the observations of a histogram at or under the limit."""
        if not self.native:
            return events(self._bucket(histogram), base, QueryFacts(), self._count())
        return in_subwindow(lambda subwindow: self._fraction(_observed(histogram, subwindow)), base)

    def _fraction(self, observed: str) -> str:
        """Return the fast observations; without any, the fraction is NaN, which `>= 0` drops."""
        limit, count = f"{self.under.normalize():f}", f"histogram_count({observed})"
        return f"({count} * (histogram_fraction(0, {limit}, {observed}) >= 0) or 0 * {count})"

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of the count and the bucket, or of the native histogram, and of the errors."""
        own = (self.histogram,) if self.native else (self._count(), self._bucket(self.histogram))
        if self.errors is None:
            return own
        same = self.errors.name == self.histogram.name and not self.native
        return (*own, self._bucket(self.errors) if same else self.errors)

    def missing(self) -> Missing:
        """Return no failures for the errors; targets without the bucket do not count."""
        own, *others = self.selectors()
        failed = self.selectors()[-1] if self.errors is not None else None
        return ((own, NO_DATA), *((one, NO_FAILURES if one == failed else UNKNOWN_BUCKET) for one in others))

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return a count that grows with every event, and a bucket that grows with good ones."""
        if self.native:
            return self._observations(member)
        labels = [Matcher(name, "=", value) for name, value in member]
        count = self._without_errors("_count", *labels)
        bucket = self._without_errors("_bucket", *labels, Matcher("le", "=", f"{self.under.normalize():f}"))
        if count is None or bucket is None:
            return ()
        return (InputSeries(count, good=1, bad=1), InputSeries(bucket, good=1, bad=0))

    def _observations(self, member: Labels) -> tuple[InputSeries, ...]:
        """Return a native histogram with observations below and above the limit, which are powers of two."""
        series = self._without_errors("", *(Matcher(name, "=", value) for name, value in member))
        below = Decimal(2) ** math.floor(math.log2(self.under))
        return () if series is None else (InputSeries(series, good=below, bad=4 * below, kind="histogram"),)

    def _without_errors(self, suffix: str, *matchers: Matcher) -> str | None:
        """Return a series of the histogram whose fast observations are good, because `errors` does not match it."""
        own = self.histogram.renamed(f"{self.histogram.name}{suffix}", *matchers)
        series = example((own,))
        if self.errors is None or series is None:
            return series
        errors = self.errors.renamed(own.name) if self.errors.name == self.histogram.name else self.errors
        return example((own,), without=(errors,)) if reads(errors, series) else series

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        unless = f" that is not one of {self.errors}" if self.errors else ""
        unit = self.metric_unit
        known = "" if unit == SECONDS else f" ({unit.count(self.under)})"
        word = "of at most" if unit.kind == "size" else "within"
        return f"an observation of {self.histogram} {word} {spell(self.under, unit)}{known}{unless}"

    def _count(self) -> Selector:
        return self.histogram.renamed(f"{self.histogram.name}_count")

    def _bucket(self, histogram: Selector) -> Selector:
        return histogram.renamed(f"{histogram.name}_bucket", Matcher("le", "=~", bound_pattern(self.under)))


def _observed(histogram: Selector, base: CountingWindow) -> str:
    """Return the observations per second of a native histogram; Prometheus 2 cannot subtract two of them."""
    return by_member(rate_of(histogram, replace(base, any_interval=False)), base)
