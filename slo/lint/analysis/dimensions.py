"""The dimension of a query: events per second, a ratio of events, a plain number, or something else."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.lint.analysis.scale import KEEPING, constant, measured
from slo.promql.functions import COMPARISONS, RATES
from slo.promql.tree import Aggregation, Binary, Call, Subquery, Unary, VectorSelector, walk

if TYPE_CHECKING:
    from slo.promql.tree import Node

EVENTS, RATIO, NUMBER, OTHER = "events", "ratio", "number", ""
_SAME = KEEPING | {"histogram_count", "histogram_sum"}
_COUNTING = frozenset(["count", "group", "count_values", "stddev", "stdvar"])
_RATIO_NAME = re.compile(r"(?:.*[_:])?(?:ratio|percent|pct|percentage)(?:[_:]?(?:rate)?\d+[smhdw])?")
_LONGEST = 500
_PRODUCTS = {
    (EVENTS, RATIO): EVENTS,
    (RATIO, EVENTS): EVENTS,
    (RATIO, RATIO): RATIO,
}
_QUOTIENTS = {
    (EVENTS, EVENTS): RATIO,
    (EVENTS, RATIO): EVENTS,
    (RATIO, RATIO): RATIO,
}


@lru_cache(maxsize=16_384)  # several checks ask of the same nodes
def dimension(node: Node) -> str:
    """Return the dimension of a node: `EVENTS`, `RATIO`, `NUMBER` for constants, and `OTHER` if unknown."""
    if node.kind == "scalar" and constant(node) is not None:
        return NUMBER
    if isinstance(node, Binary):
        return _of_operator(node)
    if isinstance(node, Call):
        return _of_call(node)
    if isinstance(node, Aggregation):
        return OTHER if node.name in _COUNTING else dimension(node.operand)
    if isinstance(node, Unary | Subquery):
        return dimension(node.parts[0])
    return RATIO if isinstance(node, VectorSelector) and _is_named_ratio(node.selector.name) else OTHER


def _is_named_ratio(name: str) -> bool:
    return len(name) < _LONGEST and _RATIO_NAME.fullmatch(name) is not None


def _of_call(call: Call) -> str:
    if call.name in RATES:
        return EVENTS
    if call.name == "histogram_fraction":
        return RATIO
    inner = measured(call)
    if inner is None:
        return NUMBER if constant(call) is not None else OTHER
    return dimension(inner) if call.name in _SAME else OTHER


def _of_operator(node: Binary) -> str:
    left, right = dimension(node.left), dimension(node.right)
    if node.operator in COMPARISONS:
        return OTHER if node.is_bool else (right if node.left.kind == "scalar" else left)
    if node.operator in {"and", "unless"}:
        return left
    if NUMBER in {left, right}:
        return _with_number(node.operator, left, right)
    if node.operator == "/":
        return _QUOTIENTS.get((left, right), _of_gauges(node, left, right))
    if node.operator == "*":
        return _PRODUCTS.get((left, right), OTHER)
    return left if node.operator in {"+", "-", "or"} and left == right else OTHER


def _with_number(operator: str, left: str, right: str) -> str:
    """Return the dimension of a product with a number: the same, except for a quotient such as 1 / rate."""
    if operator == "/" and left == NUMBER:
        return OTHER
    return right if left == NUMBER else left


def _of_gauges(node: Binary, left: str, right: str) -> str:
    """Return `RATIO` for a quotient of two ranges, such as two averages over time."""
    ranged = all(any(n.kind == "matrix" for n in walk(side)) for side in (node.left, node.right))
    return RATIO if (left, right) == (OTHER, OTHER) and ranged else OTHER
