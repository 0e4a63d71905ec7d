"""What operators make of numbers and of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.inputs.functions import ARITHMETIC, COMPARISONS
from slo.inputs.source import UndrivenError

if TYPE_CHECKING:
    from slo.inputs.join import Join, Labels
    from slo.promql.tree import Binary

    Vector = dict[Labels, float]


def calculated(operator: str, left: float, right: float) -> float:
    """Return what an arithmetic operator makes of two numbers.

    Raises:
        UndrivenError: the operator is not supported here.
    """
    if operator not in ARITHMETIC:
        msg = f'its query uses the operator "{operator}"'
        raise UndrivenError(msg)
    return ARITHMETIC[operator](left, right)


def with_number(node: Binary, left: float | Vector, right: float | Vector) -> Vector:
    """Return the vector that a vector and a number make."""
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
    """None where a comparison leaves the series out."""
    if node.operator not in COMPARISONS:
        return calculated(node.operator, left, right)
    holds = COMPARISONS[node.operator](left, right)
    return float(holds) if node.is_bool else left if holds else None


def combined(operator: str, left: Vector, right: Vector, join: Join) -> Vector:
    """Return what `and`, `or` or `unless` leaves of two vectors."""
    keys = {join.key(labels) for labels in right}
    if operator == "or":
        own = {join.key(labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if join.key(labels) not in own}
    return {labels: value for labels, value in left.items() if (join.key(labels) in keys) == (operator == "and")}


def completed(operator: str, left: Vector, right: Vector) -> tuple[Vector, Vector]:
    """Return both operands with 0 for series that the other one has, where the rules count them so."""
    if operator in {"+", "-", "/"}:
        left = dict.fromkeys(right, 0.0) | left
    if operator in {"+", "-"}:
        right = dict.fromkeys(left, 0.0) | right
    return left, right


def joined(node: Binary, left: Vector, right: Vector, join: Join) -> Vector:
    """Return what an operator makes of the series that belong together.

    Raises:
        UndrivenError: several belong to one, and nothing says which.
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
