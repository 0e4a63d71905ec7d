"""SLI kind `ratio`: the mean of an error ratio that is computed elsewhere, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.inputs import states
from slo.model import NO_DATA, NO_FAILURES, NO_SUCCESS, CountingWindow, Counts, InputSeries, Unit
from slo.promql import Matcher, Selector
from slo.query import Query, by_labels, check_value, parse_query, selectors_of, sli_query
from slo.query.counting import minute, sum_slices
from slo.query.operands import BAD, GOOD, NEUTRAL, buckets_of, metrics, operands
from slo.query.series import example
from slo.query.zero_fill import QueryFacts, zero_filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.model import Labels, Missing, SliQuery, UnitOfMetric

_DIGITS = 9


class RatioSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`ratio: {error}` or `{success}`: an expression that gives a ratio between 0 and 1."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""

    error: str | None = None
    success: str | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless there is one query, with a value."""
        given = {name: text for name in ("error", "success") if (text := getattr(self, name)) is not None}
        if len(given) != 1:
            shown = "both" if given else "neither"
            yield Diagnostic("SLO068", place, f"ratio needs one of error and success; here: {shown}")
        for name, text in given.items():
            yield from check_value(text, place.at(name))

    def build(self) -> Ratio:
        """Return the SLI; only for a spec that `check` passed."""
        return Ratio(parse_query(self.error or self.success or ""), success=self.error is None)


class Ratio(msgspec.Struct, frozen=True):
    """Each minute is bad to the ratio of the query: every minute counts the same, however many events it has.

    Ratios below 0 and above 1 count as 0 and 1. Of several series the mean counts, without NaN, the ratio of no events;
    a minute in which all are NaN does not count.
    """

    query: Query
    success: bool
    unit: Unit = "ratio-slices"
    scales: bool = False
    kind: ClassVar[str] = "ratio"
    counts_events: ClassVar[bool] = False
    is_fraction: ClassVar[bool] = True

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the one query, under the key that is given."""
        return (sli_query("success" if self.success else "error", self.query),)

    def histogram_limit(self) -> None:
        """Return None: no histogram is read."""

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return nothing: no unit matters."""
        return ()

    def counts(self, base: CountingWindow) -> Counts:
        """Return the minutes with a ratio, and the sum of the error ratios."""
        subwindow = minute(base)
        ratio = f"avg{by_labels(base.group_by)}({self._ratio(subwindow)} >= -Inf)"
        idle = f"0 * count{by_labels(base.group_by)}({self._ratio(subwindow, idle=True)})"
        total = sum_slices(f"{ratio} >= bool -Inf or {idle}", base)
        bad = f"1 - {ratio}" if self.success else ratio
        return Counts(total, f"{sum_slices(f'clamp({bad}, 0, 1)', base)}\nor 0 * {base.total}")

    def _ratio(self, base: CountingWindow, *, idle: bool = False) -> str:
        """Return the query with operands filled, in brackets where a comparison needs them."""
        if isinstance(self.query, Selector):
            return str(self.query)
        known = QueryFacts(GOOD if self.success else BAD, buckets_of(self.selectors()), idle=idle)
        text = zero_filled(self.query.text, base, known)
        return text if self.query.closed else f"({text})"

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of the query."""
        return selectors_of(self.query)

    def missing(self) -> Missing:
        """Return no failures for errors in the numerator, and no data for the denominator."""
        signed = operands(self.query, GOOD if self.success else BAD)
        below = {one for one, sign in signed if sign == NEUTRAL}
        if not below:
            return tuple((one, NO_DATA) for one in self.selectors())
        good = NO_SUCCESS if metrics(one for one, sign in signed if sign == GOOD) <= metrics(below) else NO_DATA
        texts = {BAD: NO_FAILURES, GOOD: good, NEUTRAL: NO_DATA}
        return tuple((one, NO_DATA if one in below else texts[sign]) for one, sign in signed)

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return a gauge of 0 or 1; series of an expression are chosen so that its value is."""
        if not isinstance(self.query, Selector):
            return states(self.query, self._judged, member, completed=True)
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.query.renamed(self.query.name, *labels),))
        good = int(self.success)
        return () if series is None else (InputSeries(series, good=good, bad=1 - good, kind="gauge"),)

    def _judged(self, ratios: Sequence[float], _: bool) -> bool | None:  # noqa: FBT001 - see `states`
        """Return whether a minute with these ratios is good or bad as a whole, or None."""
        rounded = {round(ratio, _DIGITS) for ratio in ratios}
        return (rounded == {1}) == self.success if rounded in ({0}, {1}) else None

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        closed = isinstance(self.query, Selector) or self.query.closed
        query = str(self.query) if closed or not self.success else f"({self.query})"
        what = f"1 - {query}" if self.success else query
        return f"a minute, bad to the share {what}"
