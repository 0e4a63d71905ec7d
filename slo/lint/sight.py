"""What the queries of a plan find among real metrics; each metric is looked up once, however many SLOs read it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from slo.lint.matching import accepts
from slo.lint.subject import measured, readings
from slo.promql import Matcher, Selector
from slo.query import Expression
from slo.sli.latency import Latency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.lint.subject import Subject
    from slo.model import Slo
    from slo.observe.metrics import Metrics, Series

ADDED = frozenset(["job", "instance"])
"""Labels that every scrape adds."""


class Sight:
    """Metrics, as far as the SLOs of a plan read them."""

    def __init__(self, subject: Subject, metrics: Metrics) -> None:
        """Nothing is looked up yet."""
        self.subject = subject
        self.metrics = metrics
        self._series: dict[str, Sequence[Series] | None] = {}

    @cached_property
    def _wanted(self) -> dict[str, set[str]]:
        """The labels that matter, for each metric."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for slo in self.subject.slos:
            for selector in read_by(slo):
                wanted[selector.name] |= {m.label for m in selector.matchers} | set(slo.series_labels)
                wanted[selector.name] |= ADDED if slo.bridge else set()
        return wanted

    def series(self, name: str) -> Sequence[Series] | None:
        """The series of a metric, with the labels that matter; None where they are too many to look at."""
        if name not in self._series:
            labels = sorted(self._wanted.get(name, ()))
            self._series[name] = self.metrics.series(name, labels)
        return self._series[name]

    def matched(self, selector: Selector) -> Sequence[Series]:
        """Those that a selector may match; a label that scraping adds may have any value."""
        rows = self.series(selector.name) or ()
        tests = [m for m in selector.matchers if not self.unknown(selector.name, m.label)]
        return [row for row in rows if passes(row, tests)]

    def unknown(self, name: str, label: str) -> bool:
        """Whether a label may be added to the series of a metric only when they are scraped."""
        return not self.metrics.complete and all(label not in row for row in self.series(name) or ())

    def kind(self, name: str) -> str:
        """The type of a metric, where somebody says it."""
        return self.metrics.kind(name)


def passes(row: Series, tests: Iterable[Matcher]) -> bool:
    """Whether a series has labels that all matchers accept, as far as it can be told."""
    return all(accepts(matcher, row.get(matcher.label, "")) is not False for matcher in tests)


def read_by(slo: Slo) -> Iterator[Selector]:
    """Every selector whose series matter to an SLO, by names that series have."""
    sli = measured(slo)
    if isinstance(sli, Latency):
        for suffix in ("", "_count", "_bucket"):
            le = [Matcher("le", "!=", "")] if suffix == "_bucket" else []
            yield sli.histogram.renamed(f"{sli.histogram.name}{suffix}", *le)
        if sli.errors is not None:
            yield errors_of(sli, sli.errors)
        return
    for reading in readings(slo):
        query = reading.query
        yield from query.selectors if isinstance(query, Expression) else (query,)


def errors_of(sli: Latency, errors: Selector) -> Selector:
    """The counter that the errors of a latency SLI are read from: perhaps the histogram's own."""
    if errors.name != sli.histogram.name or sli.native:
        return errors
    return errors.renamed(f"{errors.name}_count")


def total_of(slo: Slo) -> Selector | None:
    """The selector of all events of an SLO, or of whatever it reads first; None where it is an expression."""
    sli = measured(slo)
    if isinstance(sli, Latency):
        return sli.histogram if sli.native else sli.histogram.renamed(f"{sli.histogram.name}_count")
    query = next((reading.query for reading in readings(slo)), None)
    return query if isinstance(query, Selector) else None
