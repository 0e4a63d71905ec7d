"""The series underneath an SLO, from the expressions that count its events: requests, errors, request durations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.promql import Matcher, PromqlError, Selector, parse_duration, parse_expr
from slo.promql.tree import Aggregation, Call, Node, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_COUNTING = frozenset({"rate", "increase"})
_BUCKET = "_bucket"
_DURATIONS = {
    "_requests_total": "_request_duration_seconds",
    "_request_duration_seconds_count": "_request_duration_seconds",
    "_server_handled_total": "_server_handling_seconds",
    "_server_request_duration_seconds_count": "_server_request_duration_seconds",
}
"""How counters and the histogram of the same requests are named by convention."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the SLI reads.

    Attributes:
        total: the counter of all events of this member.
        buckets: the buckets of the histogram of the same events, by name or by convention.
        limit: the matcher of the bucket that counts good events; None where the SLI is no latency.
        by: the label that tells bad events from others, such as `status`.
        window: the range over which the rules count, in seconds.
    """

    total: Selector
    buckets: Selector | None
    limit: Matcher | None
    by: str
    window: float


def signals(counted: Iterable[tuple[str, str]], labels: Mapping[str, str]) -> Signals | None:
    """Return the series underneath the expressions that count events; None where these are no counters."""
    expressions = dict(counted)
    total = _counters(expressions.get("total", ""), labels)
    if not total:
        return None
    bad = _counters(expressions.get("bad", ""), labels)
    first, window = total[0]
    bucket = next((each for each, _ in (*total, *bad) if each.name.endswith(_BUCKET)), None)
    limit = next((each for each in bucket.matchers if each.label == "le"), None) if bucket else None
    buckets = _without(bucket, "le") if bucket else _by_convention(first)
    return Signals(first, buckets, limit, _telling(first, [each for each, _ in bad if each is not bucket]), window)


def _counters(expression: str, labels: Mapping[str, str]) -> list[tuple[Selector, float]]:
    """Return the counters that an expression takes the rate of, of one member, with the seconds of the range."""
    try:
        tree = parse_expr(expression).tree if expression else None
    except PromqlError:
        return []
    nodes: Sequence[Node] = walk(tree) if tree else ()
    grouped = {
        name for node in nodes if isinstance(node, Aggregation) and node.grouping == "by" for name in node.labels
    }
    own = tuple(Matcher(name, "=", value) for name, value in labels.items() if name in grouped)
    found = []
    for node in nodes:
        inner = node.arguments[0] if isinstance(node, Call) and node.name in _COUNTING else None
        if isinstance(inner, VectorSelector) and inner.range and not inner.selector.name.startswith("slo:"):
            selector = inner.selector
            found.append((Selector(selector.name, (*selector.matchers, *own)), _seconds(inner.range.text)))
    return found


def _by_convention(counter: Selector) -> Selector | None:
    for end, histogram in _DURATIONS.items():
        if counter.name.endswith(end):
            return Selector(counter.name.removesuffix(end) + histogram + _BUCKET, counter.matchers)
    return None


def _telling(total: Selector, others: Iterable[Selector]) -> str:
    """Return the label on which bad (or good) events have a condition that all events have not."""
    known = {str(each) for each in total.matchers} | {"le"}
    found = (each for other in others for each in other.matchers)
    return next((each.label for each in found if str(each) not in known and each.label != "le"), "")


def _without(selector: Selector, label: str) -> Selector:
    return Selector(selector.name, tuple(each for each in selector.matchers if each.label != label))


def _seconds(window: str) -> float:
    try:
        return float(parse_duration(window))
    except PromqlError:
        return 300.0
