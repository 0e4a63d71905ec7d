"""SLI kind `threshold`: minutes in which a value is within a limit."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import Meta

from slo.diagnostics import Diagnostic, Place
from slo.inputs import states
from slo.model import NO_DATA, CountingWindow, Counts, InputSeries, Unit, UnitOfMetric
from slo.promql import Matcher, Selector, parse_expr
from slo.promql.spelling import short
from slo.query import Query, aggregated, check_value, parse_query, selectors_of, sli_query
from slo.query.counting import count_slices, minute, sum_slices
from slo.query.series import example
from slo.units import UNITS, LimitError, UnitName, limit, named, unit_of_expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.model import Labels, Missing, SliQuery
    from slo.units import MetricUnit

Value = Annotated[
    str | int | float,
    Meta(
        description="A number in the unit of the query; where the unit is known also 250ms or 1MiB.",
        examples=[100, 0.5, "250ms", "1MiB"],
    ),
]
_LONGEST = 30
_ROUNDED = 0.1
_EXACT, _LARGEST = Decimal(10) ** 15, Decimal(sys.float_info.max)


class ThresholdSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`threshold: {query, under}` or `{query, over}`: a gauge or any expression, and its limit."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""

    query: str
    under: Value | None = None
    over: Value | None = None
    unit: UnitName | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless there are a query with a value and one limit."""
        problems = list(check_value(self.query, place.at("query")))
        yield from problems
        limits = [limit for limit in (self.under, self.over) if limit is not None]
        if len(limits) != 1:
            shown = "both" if limits else "neither"
            yield Diagnostic("SLO068", place, f"threshold needs one of under and over; here: {shown}")
        elif not problems:
            yield from self._check_limit(limits[0], place.at("over" if self.under is None else "under"))

    def _check_limit(self, given: str | float, place: Place) -> Iterator[Diagnostic]:
        """Yield a finding unless the limit is a finite number, or a time or size and the unit of the query is known."""
        number, unit = _number(given), self._unit()
        if number is not None:
            if not number.is_finite() or abs(number) > _LARGEST:
                yield Diagnostic("SLO068", place, f"{short(str(given))} is not a finite number")
        elif unit is None:
            hint = "write a number, or add the unit of the query, such as unit: seconds"
            message = f'"{short(str(given))}" is not a number, and the unit of the query is unknown'
            yield Diagnostic("SLO043", place, message, hint)
        else:
            try:
                limit(given, unit)
            except LimitError as error:
                yield Diagnostic("SLO043", place, error.message, error.hint)

    def build(self) -> Threshold:
        """Return the SLI; only for a spec that `check` passed."""
        given = self.over if self.under is None else self.under
        number, unit = _number(given), self._unit()
        if number is None and (given is None or unit is None):
            raise TypeError("a threshold needs a limit, and the unit of one with a unit; `check` refuses less")
        return Threshold(
            parse_query(self.query),
            limit(str(given), unit) if number is None and unit else number or Decimal(0),
            above=self.under is None,
            in_unit=unit.name if unit else "",
            converted=number is None,
        )

    def _unit(self) -> MetricUnit | None:
        return named(self.unit or "") or unit_of_expression(parse_expr(self.query).tree)


def _number(given: str | float | None) -> Decimal | None:
    """Return a bare number, in quotes or not, or None."""
    if isinstance(given, str) and len(given) > _LONGEST:
        return None
    try:
        return Decimal(str(given))
    except InvalidOperation:
        return None


class Threshold(msgspec.Struct, frozen=True):
    """A minute is good if every series is at or on the good side of `limit`; without a value it does not count."""

    query: Query
    limit: Decimal
    above: bool
    unit: Unit = "slices"
    scales: bool = False
    in_unit: str = ""
    converted: bool = False
    kind: ClassVar[str] = "threshold"
    counts_events: ClassVar[bool] = False

    @property
    def is_fraction(self) -> bool:
        """Whether the limit lies between 0 and 1."""
        return 0 <= self.limit <= 1

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the one query."""
        return (sli_query("query", self.query),)

    def histogram_limit(self) -> None:
        """Return None: no histogram is read."""

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return the unit of the metric if the limit was converted to it."""
        if not isinstance(self.query, Selector) or not self.converted or not self.metric_unit:
            return ()
        return (UnitOfMetric("query", self.query.name, self.metric_unit),)

    @property
    def metric_unit(self) -> MetricUnit | None:
        """The unit of the query, or None if unknown."""
        return UNITS.get(self.in_unit)

    def counts(self, base: CountingWindow) -> Counts:
        """Return the minutes with a value, and those in which the worst series breaks the limit."""
        worst = aggregated(self.query, "min" if self.above else "max", base.group_by, minute(base).range)
        broken = f"{worst} {'<' if self.above else '>'} bool {self.limit:f}"
        return Counts(count_slices(worst, base), sum_slices(broken, base))

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of the query."""
        return selectors_of(self.query)

    def missing(self) -> Missing:
        """Return no data for each selector: a minute without a value does not count."""
        return tuple((selector, NO_DATA) for selector in self.selectors())

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return a gauge on either side of the limit; series of an expression are chosen so that its value is."""
        if not isinstance(self.query, Selector):
            return states(self.query, self._judged, member, limit=self.limit)
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.query.renamed(self.query.name, *labels),))
        beyond = self.limit - self._step() if self.above else self.limit + self._step()
        return (
            ()
            if series is None or abs(beyond) > _LARGEST
            else (InputSeries(series, good=self.limit, bad=beyond, kind="gauge"),)
        )

    def _judged(self, values: Sequence[float], exact: bool) -> bool | None:  # noqa: FBT001 - see `states`
        """Return whether a minute with these values is good; None for rounded values close to the limit."""
        worst, limit = (min if self.above else max)(values), float(self.limit)
        if not exact and abs(worst - limit) <= abs(limit) * _ROUNDED:
            return None if limit or worst else True
        return worst >= limit if self.above else worst <= limit

    def _step(self) -> Decimal:
        """Return a difference that a sample can represent: from 2^53 on, a float cannot represent 1."""
        return Decimal(1) if abs(self.limit) < _EXACT else Decimal(1).scaleb(self.limit.adjusted() - 3)

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        amount = self.metric_unit.count(self.limit) if self.metric_unit else f"{self.limit:f}"
        return f"a minute in which {self.query} is {'at least' if self.above else 'at most'} {amount}"
