"""Binary operators on numbers and vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.inputs.functions import ARITHMETIC, COMPARISONS
from slo.inputs.source import UndrivenError

if TYPE_CHECKING:
    from slo.inputs.join import Join, Vector
    from slo.promql.tree import Binary


def calculated(operator: str, left: float, right: float) -> float:
    """Apply an arithmetic operator to two numbers.

    Raises:
        UndrivenError: the operator is not supported here.
    """
    if operator not in ARITHMETIC:
        msg = f'its query uses the operator "{operator}"'
        raise UndrivenError(msg)
    return ARITHMETIC[operator](left, right)


def with_number(node: Binary, left: float | Vector, right: float | Vector) -> Vector:
    """Apply an operator to a vector and a number."""
    vector, turned = (right, True) if isinstance(right, dict) else (left, False)
    if not isinstance(vector, dict):
        return {}
    found: Vector = {}
    for labels, value in vector.items():
        one = left if isinstance(left, float) else value
        other = right if isinstance(right, float) else value
        result = _result(node, one, other)
        if result is not None:
            found[labels] = value if turned and node.operator in COMPARISONS and not node.is_bool else result
    return found


def _result(node: Binary, left: float, right: float) -> float | None:
    """Apply an operator to two samples; None if a comparison drops the series."""
    if node.operator not in COMPARISONS:
        return calculated(node.operator, left, right)
    passes = COMPARISONS[node.operator](left, right)
    return float(passes) if node.is_bool else left if passes else None


def combined(operator: str, left: Vector, right: Vector, join: Join) -> Vector:
    """Apply `and`, `or` or `unless` to two vectors."""
    keys = {join.key(labels) for labels in right}
    if operator == "or":
        own = {join.key(labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if join.key(labels) not in own}
    return {labels: value for labels, value in left.items() if (join.key(labels) in keys) == (operator == "and")}


def completed(operator: str, left: Vector, right: Vector) -> tuple[Vector, Vector]:
    """Fill in 0 for series that only the other operand has, as the rules do."""
    if operator in {"+", "-", "/"}:
        left = dict.fromkeys(right, 0.0) | left
    if operator in {"+", "-"}:
        right = dict.fromkeys(left, 0.0) | right
    return left, right


def joined(node: Binary, left: Vector, right: Vector, join: Join) -> Vector:
    """Apply an operator to each pair of matching series.

    Raises:
        UndrivenError: several series match one, without `group_left` or `group_right`.
    """
    many, one = (right, left) if join.many == "group_right" else (left, right)
    keyed = {join.key(labels): labels for labels in one}
    if len(keyed) < len(one) or (not join.many and len({join.key(labels) for labels in many}) < len(many)):
        msg = "its query matches several series with one"
        raise UndrivenError(msg)
    found: Vector = {}
    for labels, value in many.items():
        other = keyed.get(join.key(labels))
        if other is None:
            continue
        pair = (one[other], value) if join.many == "group_right" else (value, one[other])
        result = _result(node, *pair)
        if result is not None:
            found[join.result(labels, other)] = result
    return found
