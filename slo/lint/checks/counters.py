"""Checks of counted metrics: gauges, buckets and sums that are read as counters of events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.registry import BUILD, LINT, check
from slo.promql import naming
from slo.promql.rate_hint import COUNTERS, PERIOD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql import Selector

_GAUGE = (
    r"up|probe_success|.*_(info|created|ratio|percent|timestamp|timestamp_seconds|in_flight|inflight|age_seconds|limit)"
    r"|.*:(i?rate|increase)\d*\w*|.*(:|_)(i?rate|increase)_?\d+[smhdw]"
)
_LONGEST = 500


def _each_metric(context: LintContext) -> Iterator[tuple[SloQuery, Selector]]:
    """Yield each counted metric of an SLO once: total and bad often read the same."""
    last: SloQuery | None = None
    for query, selector in context.counters:
        if last is None or query.slo is not last.slo or selector.name != last.selectors[0].name:
            yield query, selector
        last = query


def is_gauge(name: str) -> bool:
    """Whether the naming conventions of Prometheus make a metric a gauge."""
    plain = naming.underscored(name) if "." in name else name
    return not name.endswith(COUNTERS) and len(name) < _LONGEST and re.fullmatch(_GAUGE, plain) is not None


@check("SLO112", BUILD)
def gauges(context: LintContext) -> Iterator[Finding]:
    """Report rates of gauges, by the name of the metric."""
    for query, selector in _each_metric(context):
        if is_gauge(selector.name) and not context.has_type(selector.name):
            yield not_a_counter(query, selector.name)


def not_a_counter(query: SloQuery, name: str) -> Finding:
    """Return the finding that a metric looks like a gauge."""
    message = f"{name} is a gauge by its name, and the rate of a gauge is meaningless"
    return finding(query.place, message, instead_of_a_gauge("count events with a counter", name))


def instead_of_a_gauge(first: str, name: str) -> str:
    """Return the hint for a gauge that is counted."""
    mean = f"avg_over_time({name}[$window]) / PERIOD, {PERIOD}"
    return f"{first}, use the SLI kind threshold, ratio, up or freshness, or write {mean}"


@check("SLO113", LINT)
def unusual_names(context: LintContext) -> Iterator[Finding]:
    """Report counters without the suffix of one."""
    for query, selector in _each_metric(context):
        name = selector.name
        if name and not name.endswith(COUNTERS) and not is_gauge(name) and not context.has_type(name):
            message = f"{name} has no suffix of a counter (_total, _count, _bucket) and may be a gauge"
            yield finding(query.place, message, "check its type: slo lint --metrics URL")


@check("SLO122", BUILD)
def buckets(context: LintContext) -> Iterator[Finding]:
    """Report sums over all buckets of a histogram, which are cumulative."""
    for query, selector in context.counters:
        if selector.name.endswith("_bucket") and all(m.label != "le" for m in selector.matchers):
            base = selector.name.removesuffix("_bucket")
            message = f"{selector.name} without le counts each event once per bucket"
            yield finding(query.place, message, f'read {base}_count, or add le="..."')


@check("SLO124", BUILD)
def sums(context: LintContext) -> Iterator[Finding]:
    """Report the sum of observations where their number is needed."""
    for query, selector in _each_metric(context):
        if selector.name.endswith("_sum"):
            base = selector.name.removesuffix("_sum")
            message = f"{selector.name} adds up observations, such as seconds or bytes; it does not count them"
            yield finding(query.place, message, f"read {base}_count")
