"""What every kind of service level indicator (SLI) gives to the compiler, and gets from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.diagnostics import Diagnostic, Place
    from slo.model.labels import Labels
    from slo.promql import Selector
    from slo.units import MetricUnit


Unit = Literal["events", "slices", "ratio-slices"]
"""What a budget is counted in: events; good and bad minutes; minutes with a ratio of bad events each."""


class CountingWindow(msgspec.Struct, frozen=True):
    """What an SLI needs to know to count the events of one subwindow, the smallest window.

    Attributes:
        range: PromQL duration of the base range: one subwindow and one scrape interval, so that neighbouring
            subwindows share their boundary sample and no increment falls between two of them.
        subwindow: length of one subwindow in seconds (300, or 300 / time scale).
        scrape: scrape interval in seconds.
        any_interval: `scrape` is only an upper bound.
        group_by: labels that identify the members of a group, as the SLI's own series have them.
        total: PromQL for `Counts.total` as recorded: reading it costs one sample per member.
        bridge: also count what scrape gaps and late series lose.
        excluded: PromQL that has a sample while events are left out of the budget, as in maintenance; or empty.
        sum_by_slo: text before and after a sum of events per second by `group_by` that replaces these labels by those
            of the SLOs, where many are counted together; for SLIs of events only.
    """

    range: str
    subwindow: int
    scrape: int = 60
    any_interval: bool = False
    group_by: tuple[str, ...] = ()
    total: str = "total"
    bridge: bool = False
    excluded: str = ""
    sum_by_slo: tuple[str, str] = ("", "")


class Counts(msgspec.Struct, frozen=True):
    """PromQL for the number of events in one subwindow: instant vectors with the `group_by` labels alone.

    Both have a sample where the SLI can be measured; otherwise neither has one.
    """

    total: str
    bad: str


class InputSeries(msgspec.Struct, frozen=True):
    """One synthetic input series of the rule tests.

    Attributes:
        series: a series in PromQL notation, matched by the SLI's selectors.
        good: what a good event adds to a counter; the value of a gauge in a good slice; the age in a good slice.
        bad: the same for a bad one.
        kind: a counter grows with events, a gauge shows a state, an age is a timestamp in the past; a native histogram
            observes one value for each good event and another for each bad one. A rate is a counter with a fixed
            increase per second in each state; a presence is a series of 1 that exists in states of 1; a constant
            never changes or ends.
        second: what one second adds to a timestamp.
        reach: seconds of the range over which it is read, -1 for `$window`; 0 for what is usual for its kind.
    """

    series: str
    good: Decimal | int
    bad: Decimal | int
    kind: Literal["counter", "gauge", "age", "histogram", "rate", "presence", "constant"] = "counter"
    second: int = 1
    reach: int = 0


Missing = tuple[tuple["Selector", str], ...]
"""Selectors, each with what is recorded while it has no series: one of the texts below."""
NO_DATA = "no data: neither good nor bad, and NoData fires"
NOT_YET = "0 events, as long as the other operands have series"
NO_FAILURES = "no bad events"
NO_SUCCESS = "every event is bad"
UNKNOWN_BUCKET = "series of the histogram without it do not count"


class SliQuery(msgspec.Struct, frozen=True):
    """One query of an SLI.

    Attributes:
        key: its key in the file, below that of the kind.
        selectors: every selector in it.
        expression: its text if it is more than a selector, else empty.
        is_counter: it counts events: slo computes its rate, or it has to be a rate.
    """

    key: str
    selectors: tuple[Selector, ...]
    expression: str
    is_counter: bool

    @property
    def selector(self) -> Selector | None:
        """The selector that is the whole query, or None."""
        return None if self.expression else self.selectors[0]

    @property
    def text(self) -> str:
        """The query as PromQL."""
        return self.expression or str(self.selectors[0])


class UnitOfMetric(msgspec.Struct, frozen=True):
    """The unit in which an SLI reads a metric.

    Attributes:
        key: key of the query in the file.
        metric: name of the metric.
        unit: the unit.
        is_timestamp: values are Unix times.
    """

    key: str
    metric: str
    unit: MetricUnit
    is_timestamp: bool = False


class HistogramLimit(Protocol):
    """A histogram, and the limit under which its observations are good.

    Attributes:
        histogram: selector of the histogram, by its base name.
        under: the limit, in the unit of the histogram.
        errors: selector of observations or events that are bad anyway, or None.
        native: the histogram is a native one.
        unit_given: the file gives the unit.
    """

    @property
    def histogram(self) -> Selector: ...  # noqa: D102 - see the class
    @property
    def under(self) -> Decimal: ...  # noqa: D102
    @property
    def errors(self) -> Selector | None: ...  # noqa: D102
    @property
    def native(self) -> bool: ...  # noqa: D102
    @property
    def unit_given(self) -> bool: ...  # noqa: D102
    @property
    def metric_unit(self) -> MetricUnit:
        """The unit of the histogram."""
        ...


class Sli(Protocol):
    """One kind of service level indicator. No other module knows which kinds exist."""

    @property
    def kind(self) -> str:
        """The key under `sli` in the file."""
        ...

    @property
    def unit(self) -> Unit:
        """What the budget is counted in."""
        ...

    @property
    def scales(self) -> bool:
        """Whether it can be measured in scaled time: only events can, a slice is a minute of the real clock."""
        ...

    @property
    def counts_events(self) -> bool:
        """Whether good and bad events are counted, by themselves or in slices."""
        ...

    @property
    def is_fraction(self) -> bool:
        """Whether the value that decides about a minute lies between 0 and 1."""
        ...

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the queries in the file, in order."""
        ...

    def histogram_limit(self) -> HistogramLimit | None:
        """Return the histogram that the SLI reads and its limit, or None."""
        ...

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return the units of metrics that the SLI depends on."""
        ...

    def counts(self, base: CountingWindow) -> Counts:
        """Return PromQL for total and bad events of one subwindow."""
        ...

    def selectors(self) -> tuple[Selector, ...]:
        """Return every series selector that the SLI reads."""
        ...

    def missing(self) -> Missing:
        """Return for each selector what is recorded while it has no series."""
        ...

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return series for the rule tests that make exactly the wanted events; empty if that is impossible.

        `member`: labels that the series must carry, which make it belong to one member of a group.

        Raises:
            UndrivenError: it is impossible, with the reason.
        """
        ...

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        ...


class SliSpec(Protocol):
    """An SLI as written in the file: checked, then turned into an `Sli`.

    Attributes:
        EVENTS: it counts events, of which slices can be made.
        SHORT: the field that may be written as the whole value, or empty.
    """

    EVENTS: ClassVar[bool]
    SHORT: ClassVar[str]

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield the errors of this SLI that its types do not exclude."""
        ...

    def build(self) -> Sli:
        """Return the SLI itself; only called when `check` found no error."""
        ...
