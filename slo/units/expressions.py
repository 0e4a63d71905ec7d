"""The unit of the value of an expression, derived from metric names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql import naming
from slo.promql.tree import Aggregation, Binary, Call, Subquery, Unary, VectorSelector, walk
from slo.units.known import unit_of_name

if TYPE_CHECKING:
    from slo.promql.tree import Node
    from slo.units.known import MetricUnit

_AGGREGATIONS = frozenset(("max", "min", "avg", "sum", "quantile", "topk", "bottomk"))
_OVER_TIME = frozenset(f"{name}_over_time" for name in ("last", "max", "min", "avg", "quantile"))
_CALLS = _OVER_TIME | {"abs", "clamp", "clamp_max", "clamp_min", "label_replace", "label_join", "sort", "sort_desc"}
"""Functions that keep the unit of their argument."""
_OF_HISTOGRAMS = frozenset(("histogram_quantile", "histogram_avg", "histogram_stddev"))
_OF_BOTH = frozenset(("+", "-", "or"))
_OF_LEFT = frozenset((">", "<", ">=", "<=", "==", "!=", "and", "unless"))


def unit_of_expression(node: Node) -> MetricUnit | None:
    """Return the unit of the metrics that an expression selects, if its operators and functions keep it.

    >>> from slo.promql import parse_expr
    >>> unit_of_expression(parse_expr("max by (a) (success_ms) > 0").tree).name
    'milliseconds'
    >>> unit_of_expression(parse_expr("max(success_ms) / 1000").tree)
    """
    if isinstance(node, VectorSelector):
        return unit_of_name(node.selector.name)
    if isinstance(node, Subquery):
        return unit_of_expression(node.inner)
    if isinstance(node, Unary) or (isinstance(node, Aggregation) and node.name in _AGGREGATIONS):
        return unit_of_expression(node.operand)
    if isinstance(node, Binary):
        return _of_both(node)
    return _of_call(node) if isinstance(node, Call) else None


def _of_call(call: Call) -> MetricUnit | None:
    if call.name in _OF_HISTOGRAMS:
        return _of_histogram(call)
    given = next((part for part in call.arguments if part.kind in {"vector", "matrix"}), None)
    return unit_of_expression(given) if given and call.name in _CALLS else None


def _of_both(pair: Binary) -> MetricUnit | None:
    left = unit_of_expression(pair.left)
    if pair.operator in _OF_LEFT:
        return None if pair.is_bool else left
    if pair.operator in _OF_BOTH:
        return left if left == unit_of_expression(pair.right) else None
    mean = pair.operator == "/" and _names(pair.left, "_sum") == _names(pair.right, "_count") != set()
    return _of_histogram(pair) if mean else None


def _of_histogram(node: Node) -> MetricUnit | None:
    """Return the unit of the histogram, if only one is read."""
    bases = {naming.base_name(name, sums=True) for name in _names(node)}
    return unit_of_name(bases.pop()) if len(bases) == 1 else None


def _names(node: Node, suffix: str = "") -> set[str]:
    """Return the metrics without a suffix; empty if one lacks it."""
    names = {part.selector.name for part in walk(node) if isinstance(part, VectorSelector)}
    return {name.removesuffix(suffix) for name in names} if all(name.endswith(suffix) for name in names) else set()
