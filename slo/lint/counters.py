"""Lints about what is counted: gauges, buckets and sums that are taken for counters of events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.subject import measured
from slo.promql import Selector, naming
from slo.promql.counted import COUNTERS, PERIOD
from slo.query import Expression
from slo.sli.latency import Latency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Reading, Subject
    from slo.model import Slo

_GAUGE = (
    r"up|probe_success|.*_(info|created|ratio|percent|timestamp|timestamp_seconds|in_flight|inflight|age_seconds|limit)"
    r"|.*:(i?rate|increase)\d*\w*|.*(:|_)(i?rate|increase)_?\d+[smhdw]"
)
_LONGEST = 500
_STATUS = r".*(status|code|result|outcome|error|success).*"


def _each_metric(subject: Subject) -> Iterator[tuple[Reading, Selector]]:
    """Each metric that an SLO counts, once: what is said about total need not be said about bad again."""
    last: Slo | None = None
    name = ""
    for reading, selector in subject.counters:
        if reading.slo is not last or selector.name != name:
            yield reading, selector
        last, name = reading.slo, selector.name


def is_gauge(name: str) -> bool:
    """Whether the conventions of Prometheus use such a name for something that goes up and down."""
    said = naming.underscored(name) if "." in name else name
    return not name.endswith(COUNTERS) and len(name) < _LONGEST and re.fullmatch(_GAUGE, said) is not None


def gauges(subject: Subject) -> Iterator[Diagnostic]:
    """A rate of something that is no counter, by its name."""
    for reading, selector in _each_metric(subject):
        if is_gauge(selector.name) and not subject.typed(selector.name):
            yield not_a_counter(reading, selector.name)


def not_a_counter(reading: Reading, name: str) -> Diagnostic:
    """The finding that a metric looks like a gauge."""
    message = f"{name} is a gauge by its name, and the rate of a gauge means nothing"
    return finding("SLO112", reading.place, message, instead_of_a_gauge("count events with a counter", name))


def instead_of_a_gauge(first: str, name: str) -> str:
    """The hint for a gauge that is counted."""
    mean = f"avg_over_time({name}[$window]) / PERIOD, {PERIOD}"
    return f"{first}, use the SLI kind threshold, ratio, up or freshness, or write {mean}"


def unusual_names(subject: Subject) -> Iterator[Diagnostic]:
    """A counter without the ending of one."""
    for reading, selector in _each_metric(subject):
        name = selector.name
        if name and not name.endswith(COUNTERS) and not is_gauge(name) and not subject.typed(name):
            message = f"{name} does not end in _total, _count or _bucket as counters do, and may be a gauge"
            yield finding("SLO113", reading.place, message, "slo lint --metrics URL looks its type up")


def buckets(subject: Subject) -> Iterator[Diagnostic]:
    """All buckets of a histogram are added, each of which holds the smaller ones."""
    for reading, selector in subject.counters:
        if selector.name.endswith("_bucket") and all(m.label != "le" for m in selector.matchers):
            base = selector.name.removesuffix("_bucket")
            message = f"{selector.name} without le counts every event once for each bucket that it falls into"
            yield finding("SLO122", reading.place, message, f'read {base}_count, or add le="..."')


def sums(subject: Subject) -> Iterator[Diagnostic]:
    """The sum of what was observed, instead of how often."""
    for reading, selector in _each_metric(subject):
        if selector.name.endswith("_sum"):
            base = selector.name.removesuffix("_sum")
            message = f"{selector.name} adds up what was observed, seconds or bytes; it counts no events"
            yield finding("SLO124", reading.place, message, f"read {base}_count")


def fast_failures(subject: Subject) -> Iterator[Diagnostic]:
    """A latency SLI that takes failed requests for fast ones."""
    for slo in subject.slos:
        sli = measured(slo)
        if isinstance(sli, Latency) and sli.errors is None and sli.in_unit != "bytes":
            if any(re.fullmatch(_STATUS, matcher.label.lower()) for matcher in sli.histogram.matchers):
                continue
            message = "failed requests count as good when they fail within the limit, and they are often fast"
            hint = 'add errors: COUNTER{status=~"5.."}, if no other SLO counts them'
            yield finding("SLO127", slo.place.at("sli", "latency").key("histogram"), message, hint)


def idle_bridges(subject: Subject) -> Iterator[Diagnostic]:
    """`data_loss: bridge` where it changes nothing."""
    for slo in subject.slos:
        if not slo.bridge:
            continue
        sli = slo.sli
        if sli.unit != "events":
            why = "this SLI counts minutes, not events"
        elif slo.excluded:
            why = "its SLO has maintenance, which is counted minute by minute"
        elif isinstance(sli, Latency) and sli.native and (sli.errors is None or sli.errors.name == sli.histogram.name):
            why = "native histograms are counted without it"
        elif any(r.slo is slo and isinstance(r.query, Expression) for r, _ in subject.expressions):
            why = "it needs plain selectors, and this SLI has an expression"
        else:
            continue
        yield finding(
            "SLO128", slo.place.at("data_loss"), f"data_loss: bridge does nothing here: {why}", "leave it out"
        )
