"""SLI kind `up`: minutes in which a 0/1 gauge, such as `up` or `probe_success`, is never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.model import NO_DATA, CountingWindow, Counts, InputSeries, Unit
from slo.promql import Matcher, Selector, naming, parse_selector
from slo.query import check_selector, sli_query
from slo.query.counting import count_slices, sum_slices
from slo.query.series import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.model import Labels, Missing, SliQuery, UnitOfMetric

_MINUTE = "[59s999ms]"
"""Just below a minute: the closed ranges of Prometheus 2 would include the first sample of the next one."""


class UpSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`up: SELECTOR`: a gauge that is 1 while the target is healthy."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = "selector"

    selector: str

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless the selector is plain."""
        yield from check_selector(self.selector, place.at("selector"))

    def build(self) -> Up:
        """Return the SLI; only for a spec that `check` passed."""
        return Up(parse_selector(self.selector))


class Up(msgspec.Struct, frozen=True):
    """A minute is good if no sample of any series is below 1; a minute without samples does not count."""

    selector: Selector
    unit: Unit = "slices"
    scales: bool = False
    kind: ClassVar[str] = "up"
    counts_events: ClassVar[bool] = False
    is_fraction: ClassVar[bool] = False

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the gauge."""
        return (sli_query("selector", self.selector),)

    def histogram_limit(self) -> None:
        """Return None: no histogram is read."""

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return nothing: no unit matters."""
        return ()

    def counts(self, base: CountingWindow) -> Counts:
        """Return the minutes with a sample, and those with a 0."""
        worst = f"min{naming.by(base.group_by)}(min_over_time({self.selector}{_MINUTE}))"
        return Counts(count_slices(worst, base), sum_slices(f"{worst} < bool 1", base))

    def selectors(self) -> tuple[Selector, ...]:
        """Return the gauge."""
        return (self.selector,)

    def missing(self) -> Missing:
        """Return no data for each selector: a minute without a value does not count."""
        return tuple((selector, NO_DATA) for selector in self.selectors())

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return a gauge: 1 is good, 0 is bad."""
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.selector.renamed(self.selector.name, *labels),))
        return () if series is None else (InputSeries(series, good=1, bad=0, kind="gauge"),)

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        return f"a minute in which {self.selector} is never 0"
