"""SLI kind `freshness`: minutes in which the last success is recent enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import Meta

from slo.diagnostics import Diagnostic, Place
from slo.inputs import times
from slo.model import NO_DATA, CountingWindow, Counts, InputSeries, Unit, UnitOfMetric
from slo.promql import Matcher, PromqlError, Selector, duration, parse_duration, parse_expr
from slo.query import Query, aggregated, check_value, parse_query, selectors_of, sli_query
from slo.query.counting import count_slices, minute, sum_slices
from slo.query.series import example
from slo.units import SECONDS, UNITS, TimestampUnit, named, unit_of_expression

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.model import Labels, Missing, SliQuery
    from slo.units import MetricUnit


class FreshnessSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`freshness: {timestamp, under}`: the Unix time of the last success, and its highest age."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""

    timestamp: str
    under: Annotated[str, Meta(description="How old it may be.", examples=["15m", "1d"])]
    unit: TimestampUnit | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless the query has a value and the limit is a time."""
        yield from check_value(self.timestamp, place.at("timestamp"))
        try:
            parse_duration(self.under)
        except PromqlError as error:
            yield Diagnostic("SLO043", place.at("under"), str(error))

    def build(self) -> Freshness:
        """Return the SLI; only for a spec that `check` passed."""
        timestamp, given = parse_query(self.timestamp), self.unit is not None
        unit = named(self.unit or "") or _unit_of(self.timestamp)
        return Freshness(timestamp, parse_duration(self.under), in_unit=unit.name, unit_given=given)


def _unit_of(timestamp: str) -> MetricUnit:
    """Return the unit by the name of the metric; Unix times are never in minutes or bytes."""
    unit = unit_of_expression(parse_expr(timestamp).tree)
    return unit if unit and unit.kind == "time" and unit.size <= 1 else SECONDS


class Freshness(msgspec.Struct, frozen=True):
    """A minute is good if the latest success is at most `under` seconds ago; without a timestamp it does not count."""

    timestamp: Query
    under: Decimal
    unit: Unit = "slices"
    scales: bool = False
    in_unit: str = "seconds"
    unit_given: bool = False
    kind: ClassVar[str] = "freshness"
    counts_events: ClassVar[bool] = False
    is_fraction: ClassVar[bool] = False

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the timestamp."""
        return (sli_query("timestamp", self.timestamp),)

    def histogram_limit(self) -> None:
        """Return None: no histogram is read."""

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return the unit of the timestamp, unless it is an expression."""
        if not isinstance(self.timestamp, Selector):
            return ()
        return (UnitOfMetric("timestamp", self.timestamp.name, self.metric_unit, is_timestamp=True),)

    @property
    def metric_unit(self) -> MetricUnit:
        """The unit of the timestamp."""
        return UNITS[self.in_unit]

    def counts(self, base: CountingWindow) -> Counts:
        """Return the minutes with a timestamp, and those in which it is too old; `time()` is that of the minute."""
        youngest = aggregated(self.timestamp, "max", base.group_by, minute(base).range)
        seconds = youngest if self._second == 1 else f"{youngest} / {self._second}"
        old = f"time() - {seconds} > bool {self.under.normalize():f}"
        return Counts(count_slices(youngest, base), sum_slices(old, base))

    @property
    def _second(self) -> int:
        """What a second adds to the timestamp."""
        return int(1 / self.metric_unit.size)

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of the query."""
        return selectors_of(self.timestamp)

    def missing(self) -> Missing:
        """Return no data for each selector: a minute without a value does not count."""
        return tuple((selector, NO_DATA) for selector in self.selectors())

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return a timestamp: of now, or a minute too old."""
        if not isinstance(self.timestamp, Selector):
            return times(self.timestamp, self.under + 60, member, second=self._second)
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.timestamp.renamed(self.timestamp.name, *labels),))
        return (
            ()
            if series is None
            else (InputSeries(series, good=0, bad=self.under + 60, kind="age", second=self._second),)
        )

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        known = "" if self._second == 1 else f" (in {self.in_unit} since 1970)"
        return f"a minute in which {self.timestamp}{known} is at most {duration(self.under)} ago"
