"""SLI kind `up`: minutes in which a 0/1 gauge, such as `up` or `probe_success`, is never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.model import NO_DATA, Base, Counts, InputSeries, Unit
from slo.promql import Matcher, Selector, naming, parse_selector
from slo.query import check_selector, sli_query
from slo.query.counting import count_slices, sum_slices
from slo.query.series import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.model import Labels, Missing, SliQuery, UnitOfMetric

_MINUTE = "[59s999ms]"
"""Short of a minute: a closed range of Prometheus 2 would see the first sample of the next one too."""


class UpSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`up: SELECTOR`: a gauge that is 1 while it is well."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = "selector"

    selector: str

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """A plain selector."""
        yield from check_selector(self.selector, place.at("selector"))

    def build(self) -> Up:
        """The SLI; only for a spec that `check` passed."""
        return Up(parse_selector(self.selector))


class Up(msgspec.Struct, frozen=True):
    """A minute is good when no sample of any series is below 1; a minute without samples is no slice."""

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

    def counts(self, base: Base) -> Counts:
        """The minutes that have a sample, and those that have a 0 among them."""
        worst = f"min{naming.by(base.group_by)}(min_over_time({self.selector}{_MINUTE}))"
        return Counts(count_slices(worst, base), sum_slices(f"{worst} < bool 1", base))

    def selectors(self) -> tuple[Selector, ...]:
        """The gauge."""
        return (self.selector,)

    def missing(self) -> Missing:
        """Return no data for each selector: a minute without a value does not count."""
        return tuple((selector, NO_DATA) for selector in self.selectors())

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """One gauge: 1 is good, 0 is bad."""
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.selector.renamed(self.selector.name, *labels),))
        return () if series is None else (InputSeries(series, good=1, bad=0, kind="gauge"),)

    def describe(self) -> str:
        """One line for a person."""
        return f"a minute in which {self.selector} is never 0"
