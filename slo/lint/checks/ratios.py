"""Checks of quotients where events are counted: a ratio of events, or their mean over series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.analysis.dimensions import EVENTS, RATIO, dimension
from slo.lint.analysis.scale import constant
from slo.lint.checks.scaling import unscaled
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql.functions import COMPARISONS
from slo.promql.rewriting import name_instead, written
from slo.promql.tree import Aggregation, Binary, Call, Unary, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql.tree import Node

_OTHERWISE = "put what is divided into good or bad, and the divisor into total; or use sli: {ratio: {error: ...}}"
_SLOW = "count slow events: sli: {latency: {histogram: NAME, under: 300ms}}"


@check("SLO157", BUILD)
def ratios_of_events(context: LintContext) -> Iterator[Finding]:
    """Report ratios where events per second are needed."""
    for query in context.expressions:
        if query.kind == "events" and dimension(query.tree) == RATIO:
            message = f"{query.key} is a ratio instead of events per second"
            otherwise = _SLOW if _is_mean_duration(query.tree) else _OTHERWISE
            yield rewrite(query.place, message, _in_two(query), otherwise=otherwise)


@check("SLO158", BUILD)
def means_of_events(context: LintContext) -> Iterator[Finding]:
    """Report averages, minima and maxima of rates where their sum is needed."""
    for query in context.expressions:
        found = _outermost(query.tree) if query.kind == "events" else None
        if found is not None and found.name in _MEASURES and dimension(found) == EVENTS:
            message = f"{found.name} {_MEASURES[found.name]}: total, good and bad then count different things"
            yield rewrite(query.place, message, written(query.tree, name_instead(found, "sum")))


_MEASURES = {
    "avg": "divides the events by the number of series",
    "max": "takes the events of one series out of all",
    "min": "takes the events of one series out of all",
}


def _outermost(node: Node) -> Aggregation | None:
    """Return the outermost aggregation, inside functions and arithmetic with scalars."""
    while not isinstance(node, Aggregation):
        if isinstance(node, Binary):
            vectors = [side for side in node.parts if side.kind == "vector"]
            if len(vectors) > 1 and node.operator != "or":
                return None
            node = vectors[0]
        elif isinstance(node, Unary | Call) and node.parts and node.parts[0].kind == "vector":
            node = node.parts[0]
        else:
            return None
    return node


def _is_mean_duration(tree: Node) -> bool:
    return any(isinstance(node, VectorSelector) and node.selector.name.endswith("_sum") for node in walk(tree))


def _in_two(query: SloQuery) -> str:
    """Return both queries if the ratio is a quotient of two rates."""
    quotient = next(_quotients(query.tree), None)
    if quotient is None or _is_mean_duration(quotient):
        return ""
    total, part = (unscaled(side) or side.text for side in (_unguarded(quotient.right), quotient.left))
    other = {"bad": "good", "good": "bad"}.get(query.key, "")
    if not other:
        return f"total: {total}"
    return f"{other if _is_rest(query.tree, quotient) else query.key}: {part} and total: {total}"


def _quotients(tree: Node) -> Iterator[Binary]:
    every = (node for node in walk(tree) if isinstance(node, Binary) and node.operator == "/")
    return (node for node in every if dimension(node) == RATIO and dimension(node.right) != RATIO)


def _unguarded(divisor: Node) -> Node:
    """Return the divisor without its guard against 0."""
    while True:
        is_guard = isinstance(divisor, Binary) and (
            (divisor.operator in COMPARISONS and divisor.right.kind == "scalar")
            or (divisor.operator == "or" and constant(divisor.right) is not None)
        )
        if not is_guard and not (isinstance(divisor, Call) and divisor.name in {"clamp_min", "scalar"}):
            return divisor
        divisor = divisor.parts[0]


def _is_rest(tree: Node, quotient: Binary) -> bool:
    """Whether the quotient is subtracted an odd number of times."""
    odd = False
    for node in walk(tree):
        if isinstance(node, Binary) and node.operator == "-" and any(n is quotient for n in walk(node.right)):
            odd = not odd
    return odd
