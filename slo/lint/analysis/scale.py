"""Constants in a query, and the factor that scales its value."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING

from slo.promql import PromqlError, parse_duration
from slo.promql.functions import COMPARISONS, RATES
from slo.promql.tree import Aggregation, Binary, Call, Literal, Unary, VectorSelector

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.promql.tree import Node

PERCENT = 100.0
_PERCENT_NAME = re.compile(r"(?:.*[_:])?(?:percent|pct|percentage|percents)(?:[_:].*)?", re.IGNORECASE)
_LONGEST = 500
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {"+": add, "-": sub, "*": mul, "/": truediv, "^": pow}
_COUNTING = frozenset(["count", "group", "count_values"])
_FROM_RANGES = frozenset(
    f"{name}_over_time" for name in ("avg", "min", "max", "sum", "last", "first", "quantile", "stddev")
)
KEEPING = _FROM_RANGES | {
    *("abs", "ceil", "clamp", "clamp_max", "clamp_min", "floor", "label_join", "label_replace", "round"),
    *("scalar", "sort", "sort_desc", "vector"),
}
"""Functions that keep the scale and the unit of their argument."""


@lru_cache(maxsize=16_384)  # as `factor`
def constant(node: Node) -> float | None:
    """Return the value of a constant node, or None."""
    try:
        return _constant(node)
    except (ArithmeticError, ValueError, TypeError):  # 1 / 0, or the root of a negative number
        return None


def _constant(node: Node) -> float | None:
    if isinstance(node, Literal):
        return _number(node.value)
    if isinstance(node, Unary):
        value = _constant(node.operand)
        return -value if value is not None and node.sign == "-" else value
    if isinstance(node, Call) and node.name == "vector":
        return _constant(node.arguments[0])
    if isinstance(node, Binary) and node.operator in _ARITHMETIC:
        left, right = _constant(node.left), _constant(node.right)
        return None if left is None or right is None else float(_ARITHMETIC[node.operator](left, right))
    return None


def _number(text: str) -> float | None:
    """Return a PromQL number: 100, 1e2, 0x64, Inf, or a duration in seconds."""
    try:
        return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)
    except ValueError:
        try:
            return float(parse_duration(text))
        except PromqlError:
            return None


def is_percent(name: str) -> bool:
    """Whether a metric is in percent by its name."""
    return len(name) < _LONGEST and _PERCENT_NAME.fullmatch(name) is not None


@lru_cache(maxsize=16_384)  # several checks ask of the same nodes
def factor(node: Node, *, names: bool = False) -> float | None:
    """Return the factor of a node's value, or None if its operands have different ones.

    Args:
        node: the factor is 100 in `100 * a / b`, and 1 in `a / b`; that of a constant is its value.
        names: metrics with percent in their name have the factor 100.
    """
    value = constant(node)
    if value is not None:
        return value
    if isinstance(node, Binary):
        return _of_operator(node, names=names)
    if isinstance(node, Call):
        return _of_call(node, names=names)
    if isinstance(node, VectorSelector):
        return PERCENT if names and is_percent(node.selector.name) else 1.0
    counts = isinstance(node, Aggregation) and node.name in _COUNTING
    return 1.0 if counts else factor(node.parts[-1], names=names)


def measured(call: Call) -> Node | None:
    """Return the vector among the arguments of a function; the others are parameters."""
    return next((a for a in call.arguments if a.kind in {"vector", "matrix"}), None)


def _of_call(call: Call, *, names: bool) -> float | None:
    inner = measured(call)
    if inner is None or call.name not in KEEPING | RATES:
        return 1.0
    if call.name in {"clamp", "clamp_max"} and constant(call.arguments[-1]) == PERCENT:
        return PERCENT
    return factor(inner, names=names and call.name not in RATES)


def _of_operator(node: Binary, *, names: bool) -> float | None:
    left, right = factor(node.left, names=names), factor(node.right, names=names)
    if node.operator in {"and", "unless"}:
        return left
    if node.operator in COMPARISONS:
        return 1.0 if node.is_bool else (right if node.left.kind == "scalar" else left)
    if node.operator in {"+", "-", "or"}:
        return _of_sum(node, left, right)
    if left is None or right is None or node.operator not in {"*", "/"}:
        return None
    return left * right if node.operator == "*" else (left / right if right else None)


def _of_sum(node: Binary, left: float | None, right: float | None) -> float | None:
    """Return the factor of a sum: a constant does not scale the other operand, but 100 - x is in percent."""
    constants = constant(node.left), constant(node.right)
    if PERCENT in constants and node.operator != "or":
        return PERCENT
    if constants[1] is not None:
        return left
    return right if constants[0] is not None or left == right else None
