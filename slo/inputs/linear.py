"""A query that adds up rates as a linear form: one coefficient for each input series."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from slo.inputs.evaluate import number_of
from slo.inputs.source import UndrivenError
from slo.promql.tree import Aggregation, Binary, Literal, Node, Unary, VectorSelector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.inputs.evaluate import Server

Form = dict[int, Fraction]
"""Index of an input series -> its coefficient; gauges count as 1."""


def form_of(node: Node, server: Server, *, together: bool) -> Form:
    """Return the coefficients of a query; `clamp` and filters count as if every value passes.

    `together`: count both sides of an `or`, otherwise the left one alone.

    Raises:
        UndrivenError: the query does more than add up rates.
    """
    found = _Forms(server, together=together).part(node)
    if isinstance(found, dict):
        return found
    msg = "its query counts without a rate"
    raise UndrivenError(msg)


class _Forms:
    """Walk over a query."""

    def __init__(self, server: Server, *, together: bool) -> None:
        self._server = server
        self._together = together

    def part(self, node: Node) -> Form | Fraction:
        """Return the linear form or the constant of a node."""
        if isinstance(node, Literal):
            return _constant(node)
        if isinstance(node, VectorSelector):
            return self._read(node)
        if isinstance(node, Unary):
            return _times(self.part(node.operand), Fraction(-1 if node.sign == "-" else 1))
        if isinstance(node, Binary):
            return self._binary(node)
        counted = isinstance(node, Aggregation) and node.name == "count"
        inner = node.parts[-1 if isinstance(node, Aggregation) else 0] if node.parts and not counted else None
        return self.part(inner) if inner else Fraction(1)

    def _read(self, node: VectorSelector) -> Form | Fraction:
        inputs = self._server.inputs
        counters = (n for n in self._server.known[node.selector] if inputs[n].source.kind == "counter")
        return dict.fromkeys(counters, Fraction(1)) or Fraction(1)

    def _binary(self, node: Binary) -> Form | Fraction:
        left, right, operator = self.part(node.left), self.part(node.right), node.operator
        if operator in {"+", "-"}:
            return _sum(left, _times(right, Fraction(1 if operator == "+" else -1)))
        if operator == "*":
            return _product(left, right)
        if operator == "/":
            return _quotient(left, right)
        if operator == "or" and self._together and isinstance(left, dict) and isinstance(right, dict):
            return {n: max(left.get(n, Fraction(0)), right.get(n, Fraction(0))) for n in left | right}
        if node.is_bool:
            return _refused("compares with bool")
        return left if isinstance(left, dict) or operator in {"and", "unless"} else right


def _constant(node: Literal) -> Fraction:
    value = number_of(node.value)
    return Fraction(value) if math.isfinite(value) else Fraction(0)


def _sum(left: Form | Fraction, right: Form | Fraction) -> Form | Fraction:
    if isinstance(left, dict) and isinstance(right, dict):
        return {n: left.get(n, Fraction(0)) + right.get(n, Fraction(0)) for n in left | right}
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + right
    form, constant = (left, right) if isinstance(left, dict) else (right, left)
    return form if not constant else _refused("adds a constant to a rate")


def _product(left: Form | Fraction, right: Form | Fraction) -> Form | Fraction:
    if isinstance(right, Fraction):
        return _times(left, right)
    return _times(right, left) if isinstance(left, Fraction) else _refused("multiplies rates")


def _quotient(left: Form | Fraction, right: Form | Fraction) -> Form | Fraction:
    if isinstance(right, Fraction) and right:
        return _times(left, 1 / right)
    return _refused("divides by a rate")


def _times(part: Form | Fraction, factor: Fraction) -> Form | Fraction:
    return part * factor if isinstance(part, Fraction) else {n: value * factor for n, value in part.items()}


def _refused(why: str) -> Form:
    msg = f"its query {why}"
    raise UndrivenError(msg)


def columns(forms: Sequence[Form], count: int) -> list[tuple[Fraction, ...]]:
    """Return, for each input series, its coefficient in each query."""
    return [tuple(form.get(number, Fraction(0)) for form in forms) for number in range(count)]
