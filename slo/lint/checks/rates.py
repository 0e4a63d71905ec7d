"""Checks of rates in expressions: aggregation before the rate, gauges in rates, and lost labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.checks.counters import is_gauge, not_a_counter
from slo.lint.finding import finding, some
from slo.lint.registry import BUILD, check
from slo.promql import naming
from slo.promql.functions import RATES
from slo.promql.tree import Aggregation, Binary, Call, Subquery, Unary, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.promql.tree import Node

_KEEPS_LABELS = frozenset(["topk", "bottomk", "limitk", "limit_ratio"])
_FREE_LABELS = frozenset(["label_replace", "label_join", "vector", "absent", "absent_over_time"])


@check("SLO114", BUILD)
def sums_before_rate(context: LintContext) -> Iterator[Finding]:
    """Report rates of sums: when one counter resets, the sum drops, and `rate` sees a reset of all."""
    for query in context.expressions:
        for call in _rates(query.tree):
            if any(isinstance(a, Subquery) and isinstance(a.inner, Aggregation) for a in call.arguments):
                message = f"{call.name} of a sum: a restart of one target looks like a reset of all"
                hint = "rate first, then sum: sum(rate(requests_total[$window]))"
                yield finding(query.place, message, hint)
                break


@check("SLO112", BUILD)
def gauges_in_rates(context: LintContext) -> Iterator[Finding]:
    """Report rates of gauges inside expressions."""
    for query in context.expressions:
        ranges = [a for call in _rates(query.tree) for a in call.arguments if isinstance(a, VectorSelector)]
        for name in dict.fromkeys(r.selector.name for r in ranges):
            if is_gauge(name):
                yield not_a_counter(query, name)


@check("SLO115", BUILD)
def lost_group_labels(context: LintContext) -> Iterator[Finding]:
    """Report aggregations that drop a label of `group_by`, so that all members become one."""
    for query in context.expressions:
        lost = [label for label in query.slo.series_labels if loses(query.tree, label)]
        if lost:
            message = f"lost label{'s' if len(lost) > 1 else ''} {some(lost)} of group_by"
            keep = naming.labels(query.slo.series_labels)
            yield finding(query.place, message, f"write sum by ({keep}) (...)")


def _rates(tree: Node) -> Iterator[Call]:
    return (node for node in walk(tree) if isinstance(node, Call) and node.name in RATES)


def loses(node: Node, label: str) -> bool:
    """Whether no series of the result can have the label; False if unsure."""
    if isinstance(node, Aggregation):
        return _aggregated_away(node, label)
    if isinstance(node, Binary | Unary) or (isinstance(node, Call) and node.name not in _FREE_LABELS):
        return _all_lose(node.parts, label)
    return False


def _aggregated_away(node: Aggregation, label: str) -> bool:
    if node.name in _KEEPS_LABELS:
        return loses(node.operand, label)
    kept = (label in node.labels) == (node.grouping == "by") if node.grouping else False
    return not kept or loses(node.operand, label)


def _all_lose(nodes: Iterable[Node], label: str) -> bool:
    """Whether all vectors among them lose the label; scalars and strings have no labels."""
    vectors = [node for node in nodes if node.kind not in {"scalar", "string"}]
    return bool(vectors) and all(loses(node, label) for node in vectors)
