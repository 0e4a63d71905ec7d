"""`budgeting: slices`: an SLI of events with a budget of time slices, good or bad minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from slo.model import CountingWindow, Counts, InputSeries, Unit
from slo.query.counting import count_slices, minute, sum_slices

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import HistogramLimit, Labels, Missing, Sli, SliQuery, UnitOfMetric
    from slo.promql import Selector

Empty = Literal["good", "bad"]


class Sliced(msgspec.Struct, frozen=True):
    """A minute is good if the ratio of good events in it is at least `target`.

    A minute without events does not count, unless `empty` makes it a good or a bad one.
    """

    inner: Sli
    target: Decimal
    empty: Empty | None
    unit: Unit = "slices"
    scales: bool = False
    counts_events: ClassVar[bool] = True
    is_fraction: ClassVar[bool] = False

    @property
    def kind(self) -> str:
        """The kind of the SLI of events."""
        return self.inner.kind

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the queries of the SLI of events."""
        return self.inner.queries()

    def histogram_limit(self) -> HistogramLimit | None:
        """Return that of the SLI of events."""
        return self.inner.histogram_limit()

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return those of the SLI of events."""
        return self.inner.metric_units()

    def counts(self, base: CountingWindow) -> Counts:
        """Return the minutes that count, and those with too many bad events."""
        first = self.inner.counts(minute(base))
        total = f"({first.total})"
        bad = f"({self.inner.counts(replace(minute(base), total=total)).bad})"
        missed = f"{bad} > bool {1 - self.target:f} * {total}"
        if self.empty is None:  # without events, not without data
            return Counts(sum_slices(f"{total} > bool 0", base), sum_slices(missed, base))
        empty = f"({missed}) + ({total} == bool 0)" if self.empty == "bad" else missed
        return Counts(count_slices(total, base), sum_slices(empty, base))

    def selectors(self) -> tuple[Selector, ...]:
        """Return those of the SLI of events."""
        return self.inner.selectors()

    def missing(self) -> Missing:
        """Return the same as the SLI of events."""
        return self.inner.missing()

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return those of the SLI of events: a minute of good events is good, one of bad events is bad."""
        return self.inner.input_series(member)

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        return f"a minute in which at least {(self.target * 100).normalize():f}% are each {self.inner.describe()}"
