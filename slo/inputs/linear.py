"""How much each input series adds to a query that is a sum of rates: one coefficient for each of them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.inputs.source import UndrivenError
from slo.promql.tree import Aggregation, Binary, Call, Literal, Node, Read, Signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.inputs.evaluate import Server

Form = dict[int, Fraction]
"""Number of an input series -> what it adds for each event of its own; gauges count as 1."""


def form_of(node: Node, server: Server) -> Form:
    """The coefficients of a query; where it clamps or filters, those of what passes.

    Raises:
        UndrivenError: it is no sum of rates.
    """
    found = _part(node, server)
    if isinstance(found, dict):
        return found
    msg = "its query gives a constant"
    raise UndrivenError(msg)


def _part(node: Node, server: Server) -> Form | Fraction:
    if isinstance(node, Literal):
        return _constant(node)
    if isinstance(node, Read):
        numbers = server.known[node.selector]
        counters = {n: Fraction(1) for n in numbers if server.inputs[n].source.kind == "counter"}
        return counters or Fraction(1)
    if isinstance(node, Signed):
        return _times(_part(node.operand, server), Fraction(-1 if node.sign == "-" else 1))
    if isinstance(node, Aggregation):
        return _part(node.operand, server) if node.name != "count" else Fraction(1)
    if isinstance(node, Call):
        return _part(node.arguments[0], server) if node.arguments else Fraction(1)
    return _binary(node, server) if isinstance(node, Binary) else _refused("looks back with a subquery")


def _constant(node: Literal) -> Fraction:
    from slo.inputs.evaluate import number_of  # noqa: PLC0415 - the other way round it is imported as a whole

    value = number_of(node.value)
    return Fraction(value) if abs(value) != float("inf") and value == value else Fraction(0)  # noqa: PLR0124 - NaN


def _binary(node: Binary, server: Server) -> Form | Fraction:
    left, right = _part(node.left, server), _part(node.right, server)
    operator = node.operator
    if operator in {"+", "-"}:
        return _sum(left, _times(right, Fraction(1 if operator == "+" else -1)))
    if operator == "*":
        return _product(left, right)
    if operator == "/":
        return _product(
            left, 1 / right if isinstance(right, Fraction) and right else right, "divides one rate by another"
        )
    if operator == "or":
        return left if isinstance(left, dict) else right
    if operator in {"and", "unless"} or not node.is_bool:
        return left if isinstance(left, dict) or operator in {"and", "unless"} else right
    return _refused("compares with bool")


def _sum(left: Form | Fraction, right: Form | Fraction) -> Form | Fraction:
    if isinstance(left, dict) and isinstance(right, dict):
        return {n: left.get(n, Fraction(0)) + right.get(n, Fraction(0)) for n in left | right}
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + right
    form, constant = (left, right) if isinstance(left, dict) else (right, left)
    return form if not constant else _refused("adds a constant to a rate")


def _product(left: Form | Fraction, right: Form | Fraction, otherwise: str = "multiplies rates") -> Form | Fraction:
    if isinstance(right, Fraction):
        return _times(left, right)
    return _times(right, left) if isinstance(left, Fraction) and otherwise.startswith("mult") else _refused(otherwise)


def _times(part: Form | Fraction, factor: Fraction) -> Form | Fraction:
    return part * factor if isinstance(part, Fraction) else {n: value * factor for n, value in part.items()}


def _refused(why: str) -> Form:
    msg = f"its query {why}"
    raise UndrivenError(msg)


def columns(forms: Sequence[Form], count: int) -> list[tuple[Fraction, ...]]:
    """For each input series what it adds to each of the queries."""
    return [tuple(form.get(number, Fraction(0)) for form in forms) for number in range(count)]
