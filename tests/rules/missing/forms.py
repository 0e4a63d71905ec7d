"""The grammar: the forms that an SLI takes, and the counters that a service has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.rules.missing.queries import Counter, Difference, Sum
from tests.rules.missing.truth import Events, Latency, Ratio, Sli

OK, FAILED = {"outcome": "ok"}, {"outcome": "failed"}
QUICK = {"le": "0.25"}
RARE = 1.5
"""Events a second that a filter keeps; no counter comes near it but for an outage."""
Counting = Callable[[float], float]
"""The part of the traffic that a counter counts, by the error ratio of the minute."""


@dataclass(frozen=True)
class Line:
    """Series of one kind of event, one for each member and target.

    Attributes:
        metric: the metric.
        labels: its labels, those of member and target apart.
        events: what it counts.
        late: it may be missing on some of the targets alone.
        kept: it is missing only where all series of the target are.
    """

    metric: str
    labels: Mapping[str, str]
    events: Counting
    late: bool = False
    kept: bool = False


@dataclass(frozen=True)
class Form:
    """An SLI and its counters; `targets`: how many there may be, each with all of them."""

    sli: Sli
    lines: tuple[Line, ...]
    targets: int = 1


def everything(_: float) -> float:
    """Every event."""
    return 1.0


def good(share: float) -> float:
    """The events that did not fail."""
    return 1 - share


def bad(share: float) -> float:
    """The events that failed."""
    return share


def part(events: Counting, weight: float) -> Counting:
    """A fixed part of some events."""
    return lambda share: weight * events(share)


def of_one_metric(named: str, left_out: str) -> Form:
    """Two of total, good and bad by the labels of one metric."""
    metric = f"{named}_total"
    queries = {"total": Counter(metric, {}), "good": Counter(metric, OK), "bad": Counter(metric, FAILED)}
    sli = Events(**{name: query for name, query in queries.items() if name != left_out})
    return Form(sli, (Line(metric, OK, good, late=True), Line(metric, FAILED, bad, late=True)), 2)


def of_two_metrics(named: str, left_out: str) -> Form:
    """Two of total, good and bad, each a metric of its own."""
    events = {"total": everything, "good": good, "bad": bad}
    kept = [name for name in events if name != left_out]
    sli = Events(**{name: Counter(f"{named}_{name}_total", {}) for name in kept})
    return Form(sli, tuple(Line(f"{named}_{name}_total", {}, events[name]) for name in kept), 2)


def sum_of_bad(named: str) -> Form:
    """Two or three kinds of failures, each with a counter of its own."""
    total, *kinds = (f"{named}_{name}_total" for name in ("requests", "errors", "timeouts", "refused"))
    lines = [Line(kind, {}, part(bad, weight)) for kind, weight in zip(kinds, (0.5, 0.3, 0.2), strict=True)]
    sli = Events(total=Counter(total, {}), bad=Sum(tuple(Counter(kind, {}) for kind in kinds)))
    return Form(sli, (Line(total, {}, everything), *lines), 2)


def sum_of_good(named: str) -> Form:
    """Good answers of two protocols."""
    total, web, rpc = (f"{named}_{name}_total" for name in ("requests", "http_ok", "grpc_ok"))
    sli = Events(total=Counter(total, {}), good=Sum((Counter(web, {}), Counter(rpc, {}))))
    lines = Line(total, {}, everything), Line(web, {}, part(good, 0.7)), Line(rpc, {}, part(good, 0.3))
    return Form(sli, lines)


def sum_of_total(named: str) -> Form:
    """Requests of two protocols, failures of one that both have."""
    web, rpc, failed = (f"{named}_{name}_total" for name in ("http", "grpc", "failures"))
    sli = Events(total=Sum((Counter(web, {}), Counter(rpc, {}))), bad=Counter(failed, {}))
    lines = (
        Line(web, {}, part(everything, 0.6)),
        Line(rpc, {}, part(everything, 0.4)),
        Line(failed, {}, part(bad, 0.35)),
    )
    return Form(sli, lines)


def difference_of_total(named: str) -> Form:
    """Requests without health checks, which never fail."""
    requests, checks = f"{named}_requests_total", f"{named}_checks_total"
    sli = Events(total=Difference(Counter(requests, {}), Counter(checks, {})), bad=Counter(requests, FAILED))
    lines = (
        Line(requests, OK, lambda share: 1 - share + 0.2, kept=True),
        Line(requests, FAILED, bad),
        Line(checks, {}, part(everything, 0.2)),
    )
    return Form(sli, lines)


def difference_of_bad(named: str) -> Form:
    """All that was not counted as a success, by two metrics."""
    requests, successes = f"{named}_requests_total", f"{named}_successes_total"
    whole = Counter(requests, {})
    sli = Events(total=whole, bad=Difference(whole, Counter(successes, {}), needed=True))
    return Form(sli, (Line(requests, {}, everything), Line(successes, {}, good)))


def difference_of_labels(named: str) -> Form:
    """All that was not counted as a success, by the labels of one metric."""
    whole = Counter(f"{named}_total", {})
    sli = Events(total=whole, bad=Difference(whole, Counter(whole.metric, OK)))
    return Form(sli, (Line(whole.metric, OK, good), Line(whole.metric, FAILED, bad)))


def difference_of_good(named: str) -> Form:
    """Answers without those that came too late, of all requests."""
    requests, answers, late = (f"{named}_{name}_total" for name in ("requests", "answers", "late"))
    sli = Events(total=Counter(requests, {}), good=Difference(Counter(answers, {}), Counter(late, {})))
    lines = (
        Line(requests, {}, everything),
        Line(answers, {}, lambda share: 1 - share / 2),
        Line(late, {}, part(bad, 0.5)),
    )
    return Form(sli, lines)


def filtered(named: str) -> Form:
    """Failures count only where they are frequent."""
    metric = f"{named}_total"
    sli = Events(total=Counter(metric, {}), bad=Counter(metric, FAILED, above=RARE))
    return Form(sli, (Line(metric, OK, good), Line(metric, FAILED, bad)))


def filtered_sum(named: str) -> Form:
    """Frequent timeouts, and all errors."""
    requests, errors, timeouts = (f"{named}_{name}_total" for name in ("requests", "errors", "timeouts"))
    failed = Sum((Counter(errors, {}), Counter(timeouts, {}, above=RARE / 4)))
    sli = Events(total=Counter(requests, {}), bad=failed)
    lines = Line(requests, {}, everything), Line(errors, {}, part(bad, 0.75)), Line(timeouts, {}, part(bad, 0.25))
    return Form(sli, lines)


def _histogram(named: str, *, targets: int) -> tuple[Line, ...]:
    bucket = f"{named}_seconds_bucket"
    return (
        Line(f"{named}_seconds_count", {}, everything),
        Line(bucket, QUICK, good, late=targets > 1),
        Line(bucket, {"le": "2"}, everything),
        Line(bucket, {"le": "+Inf"}, everything),
    )


def latency(named: str) -> Form:
    """The kind `latency`, on targets that need not have the same buckets."""
    return Form(Latency(f"{named}_seconds", "250ms", "0.25"), _histogram(named, targets=2), 2)


def count_minus_bucket(named: str) -> Form:
    """Slow requests as other tools want them written."""
    return Form(Latency(f"{named}_seconds", "250ms", "0.25", "bad"), _histogram(named, targets=2), 2)


def bucket_of_count(named: str) -> Form:
    """Fast requests by their bucket."""
    return Form(Latency(f"{named}_seconds", "250ms", "0.25", "good"), _histogram(named, targets=2), 2)


def ratio_of_errors(named: str) -> Form:
    """A share of failures that two counters have."""
    total, errors, timeouts = (f"{named}_{name}_total" for name in ("requests", "errors", "timeouts"))
    sli = Ratio(Sum((Counter(errors, {}), Counter(timeouts, {}))), Counter(total, {}))
    lines = Line(total, {}, everything), Line(errors, {}, part(bad, 0.6)), Line(timeouts, {}, part(bad, 0.4))
    return Form(sli, lines)


def ratio_of_successes(named: str) -> Form:
    """A share of successes that two counters have."""
    total, web, rpc = (f"{named}_{name}_total" for name in ("requests", "http_ok", "grpc_ok"))
    sli = Ratio(Sum((Counter(web, {}), Counter(rpc, {}))), Counter(total, {}), success=True)
    lines = Line(total, {}, everything), Line(web, {}, part(good, 0.7)), Line(rpc, {}, part(good, 0.3))
    return Form(sli, lines)


def ratio_of_difference(named: str) -> Form:
    """A share of all that was not counted as a success."""
    total, successes = f"{named}_requests_total", f"{named}_successes_total"
    whole = Counter(total, {})
    sli = Ratio(Difference(whole, Counter(successes, {}), needed=True), whole)
    return Form(sli, (Line(total, {}, everything), Line(successes, {}, good)))


FORMS: dict[str, Callable[[str], Form]] = {
    "one metric, total and bad": lambda named: of_one_metric(named, "good"),
    "one metric, total and good": lambda named: of_one_metric(named, "bad"),
    "one metric, good and bad": lambda named: of_one_metric(named, "total"),
    "two metrics, total and bad": lambda named: of_two_metrics(named, "good"),
    "two metrics, total and good": lambda named: of_two_metrics(named, "bad"),
    "two metrics, good and bad": lambda named: of_two_metrics(named, "total"),
    "bad: a + b + c": sum_of_bad,
    "good: a + b": sum_of_good,
    "total: a + b": sum_of_total,
    "total: a - b": difference_of_total,
    "bad: a - b, two metrics": difference_of_bad,
    "bad: a - b, one metric": difference_of_labels,
    "good: a - b": difference_of_good,
    "bad: a > limit": filtered,
    "bad: a + (b > limit)": filtered_sum,
    "latency": latency,
    "bad: count - bucket": count_minus_bucket,
    "total: count, good: bucket": bucket_of_count,
    "ratio: (a + b) / c": ratio_of_errors,
    "ratio: success (a + b) / c": ratio_of_successes,
    "ratio: (a - b) / a": ratio_of_difference,
}
"""Every form of the grammar, by what it is called in reports; `named` begins the names of its metrics."""
