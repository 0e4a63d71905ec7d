"""The series that queries select among real metrics; each metric is looked up once, however many SLOs read it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING

from slo.lint.analysis.matching import accepts
from slo.lint.context import queries_of
from slo.promql import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.lint.context import LintContext
    from slo.model import HistogramLimit, Slo
    from slo.observe.metrics import Metrics, Series
    from slo.promql import Selector

SCRAPE_LABELS = frozenset(["job", "instance"])
"""Labels that every scrape adds."""


class SeriesIndex:
    """The metrics that the SLOs of a plan read."""

    def __init__(self, context: LintContext, metrics: Metrics) -> None:
        """Look nothing up yet."""
        self.context = context
        self.metrics = metrics
        self._series: dict[str, Sequence[Series] | None] = {}

    @cached_property
    def _labels(self) -> dict[str, set[str]]:
        """The labels that SLOs read, for each metric."""
        labels: dict[str, set[str]] = defaultdict(set)
        for slo in self.context.slos:
            for selector in selectors_of(slo):
                labels[selector.name] |= {m.label for m in selector.matchers} | set(slo.series_labels)
                labels[selector.name] |= SCRAPE_LABELS if slo.bridge else set()
        return labels

    def series(self, name: str) -> Sequence[Series] | None:
        """Return the series of a metric with the labels that SLOs read; None if they are too many."""
        if name not in self._series:
            self._series[name] = self.metrics.series(name, sorted(self._labels.get(name, ())))
        return self._series[name]

    def matched(self, selector: Selector) -> Sequence[Series]:
        """Return the series that a selector may match; a label that the scrape adds may have any value."""
        return [row for row in self.series(selector.name) or () if passes(row, self.known_matchers(selector))]

    def known_matchers(self, selector: Selector) -> list[Matcher]:
        """Return the matchers of labels that the scrape does not add."""
        return [m for m in selector.matchers if not self._is_added(selector.name, m.label)]

    def _is_added(self, name: str, label: str) -> bool:
        """Whether the scrape may add a label to the series of a metric."""
        return not self.metrics.complete and all(label not in row for row in self.series(name) or ())


def passes(row: Series, matchers: Iterable[Matcher]) -> bool:
    """Whether all matchers accept the labels of a series, or may accept them."""
    return all(accepts(matcher, row.get(matcher.label, "")) is not False for matcher in matchers)


def selectors_of(slo: Slo) -> Iterator[Selector]:
    """Yield every selector of an SLO, by names that series have."""
    limit = slo.sli.histogram_limit()
    if limit is None:
        yield from (selector for query in queries_of(slo) for selector in query.selectors)
        return
    yield limit.histogram
    yield count_of(limit)
    yield buckets_of(limit)
    if limit.errors is not None:
        yield errors_of(limit, limit.errors)


def count_of(limit: HistogramLimit) -> Selector:
    """Return the selector of the number of observations of a classic histogram."""
    return limit.histogram.renamed(f"{limit.histogram.name}_count")


def buckets_of(limit: HistogramLimit) -> Selector:
    """Return the selector of all buckets of a classic histogram."""
    return limit.histogram.renamed(f"{limit.histogram.name}_bucket", Matcher("le", "!=", ""))


def bounds_of(index: SeriesIndex, limit: HistogramLimit) -> list[Decimal]:
    """Return the finite bucket bounds, in the unit of the histogram, smallest first; empty without buckets."""
    rows = index.matched(buckets_of(limit))
    return sorted({bound for row in rows for bound in _bound(row.get("le", ""))})


def _bound(text: str) -> list[Decimal]:
    """Return the bound, unless it is +Inf or not a number."""
    try:
        bound = Decimal(text)
    except InvalidOperation:
        return []
    return [bound.normalize()] if bound.is_finite() else []


def errors_of(limit: HistogramLimit, errors: Selector) -> Selector:
    """Return the selector of the errors of a latency SLI, which may be observations of the histogram."""
    own = errors.name == limit.histogram.name and not limit.native
    return errors.renamed(f"{errors.name}_count") if own else errors


def total_of(slo: Slo) -> Selector | None:
    """Return the selector of all events of an SLO, or the first that it reads; None for an expression."""
    limit = slo.sli.histogram_limit()
    if limit is not None:
        return limit.histogram if limit.native else count_of(limit)
    return next(iter(queries_of(slo))).selector
