"""Lints about PromQL that is more than a selector: what happens before the rate, and what gets lost on the way."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from slo.lint.counters import is_gauge, not_a_counter
from slo.lint.finding import finding, some
from slo.promql import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import promql_parser

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject

_RATES = frozenset(["rate", "irate", "increase"])
_KEEPS_LABELS = frozenset(["topk", "bottomk", "limitk", "limit_ratio"])
_FREE_LABELS = frozenset(["label_replace", "label_join", "vector", "absent", "absent_over_time"])


@lru_cache(maxsize=4096)
def _tree(text: str) -> promql_parser.Expr:
    return parsed(text)[0]


def sums_before_rate(subject: Subject) -> Iterator[Diagnostic]:
    """A rate of a sum: when one of its series starts anew, the sum drops and the rate takes that for a reset of all."""
    if not subject.expressions:
        return
    import promql_parser as p  # noqa: PLC0415 - only specifications with expressions need it

    for reading, expression in subject.expressions:
        for call in _calls(_tree(expression.text)):
            ranges = [a for a in call.args if isinstance(a, p.SubqueryExpr)]
            if call.func.name in _RATES and any(_aggregates(r.expr) for r in ranges):
                message = f"{call.func.name} of a sum: a restart of one target looks like a reset of all together"
                hint = "rate first, sum then: sum(rate(requests_total[$window]))"
                yield finding("SLO114", reading.place, message, hint)
                break


def gauges_in_rates(subject: Subject) -> Iterator[Diagnostic]:
    """A rate of something that is no counter, inside of an expression."""
    if not subject.expressions:
        return
    import promql_parser as p  # noqa: PLC0415 - as above

    for reading, expression in subject.expressions:
        rates = [c for c in _calls(_tree(expression.text)) if c.func.name in _RATES]
        ranges = [a for call in rates for a in call.args if isinstance(a, p.MatrixSelector)]
        for name in dict.fromkeys(r.vector_selector.name or "" for r in ranges):
            if is_gauge(name):
                yield not_a_counter(reading, name)


def lost_group_labels(subject: Subject) -> Iterator[Diagnostic]:
    """An aggregation that drops a label of `group_by`, so that all members become one without a name."""
    for reading, expression in subject.expressions:
        lost = [label for label in reading.slo.group_by if _loses(_tree(expression.text), label)]
        if lost:
            message = f"this drops the label{'s' if len(lost) > 1 else ''} {some(lost)} that the SLO is grouped by"
            keep = ", ".join(reading.slo.group_by)
            yield finding("SLO115", reading.place, message, f"keep them: sum by ({keep}) (...)")


def _calls(tree: promql_parser.Expr) -> list[promql_parser.Call]:
    import promql_parser as p  # noqa: PLC0415 - as above

    found: list[promql_parser.Call] = []
    p.walk(tree, lambda node: found.append(node) if isinstance(node, p.Call) else None)
    return found


def _aggregates(tree: promql_parser.Expr) -> bool:
    import promql_parser as p  # noqa: PLC0415 - as above

    while isinstance(tree, p.ParenExpr):
        tree = tree.expr
    return isinstance(tree, p.AggregateExpr)


def _loses(tree: promql_parser.Expr, label: str) -> bool:
    """Whether nothing that the expression gives can have the label; in doubt it can."""
    import promql_parser as p  # noqa: PLC0415 - as above

    if isinstance(tree, p.ParenExpr | p.UnaryExpr):
        return _loses(tree.expr, label)
    if isinstance(tree, p.AggregateExpr):
        return _aggregated_away(tree, label)
    if isinstance(tree, p.BinaryExpr):
        return _all_lose([tree.lhs, tree.rhs], label)
    if isinstance(tree, p.Call) and tree.func.name not in _FREE_LABELS:
        return _all_lose(tree.args, label)
    return False


def _aggregated_away(tree: promql_parser.AggregateExpr, label: str) -> bool:
    import promql_parser as p  # noqa: PLC0415 - as above

    if str(tree.op) in _KEEPS_LABELS:
        return _loses(tree.expr, label)
    modifier = tree.modifier
    if modifier is None:
        return True
    kept = (label in modifier.labels) == (modifier.type == p.AggModifierType.By)
    return not kept or _loses(tree.expr, label)


def _all_lose(trees: Sequence[promql_parser.Expr], label: str) -> bool:
    """Whether all of the vectors among them lose the label; numbers and texts have none anyway."""
    import promql_parser as p  # noqa: PLC0415 - as above

    vectors = [tree for tree in trees if not isinstance(tree, p.NumberLiteral | p.StringLiteral)]
    return bool(vectors) and all(_loses(tree, label) for tree in vectors)
