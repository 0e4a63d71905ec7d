"""A filled query has the value of the query itself while every operand has series, whatever its operators are."""

from __future__ import annotations

import operator
import random
from typing import TYPE_CHECKING

import pytest

from slo.model import CountingWindow
from slo.promql import PromqlError, parse_expr
from slo.promql.tree import Aggregation, Binary, Call, Literal, Node, Unary, VectorSelector
from slo.query.operands import BAD, GOOD, NEUTRAL
from slo.query.zero_fill import QueryFacts, zero_filled

if TYPE_CHECKING:
    from collections.abc import Callable

SERIES = {"a": 7.0, "b": 3.0, "c": 11.0, "d": 2.0, "t": 29.0}
OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else 0.0,
    "or": lambda left, _: left,
}


def value(node: Node) -> float:
    """What the query gives if each series has one value and no label."""
    if isinstance(node, VectorSelector):
        return SERIES[node.selector.name]
    if isinstance(node, Literal):
        return float(node.value)
    if isinstance(node, Unary):
        return -value(node.operand)
    if isinstance(node, Aggregation):
        return sum(value(term) for term in union(node.operand)) if '"__part"' in node.text else value(node.operand)
    if isinstance(node, Call):
        return max(value(node.arguments[0]), 0.0) if node.name == "clamp_min" else value(node.arguments[0])
    assert isinstance(node, Binary)
    return OPERATORS[node.operator](value(node.left), value(node.right))


def union(node: Node) -> list[Node]:
    """The series of a union that labels keep apart; otherwise the node alone."""
    parts = [node.left, node.right] if isinstance(node, Binary) and node.operator == "or" else []
    kept = [term for part in parts for term in union(part)] if parts else [node]
    return kept if all(isinstance(term, Call) and term.name == "label_replace" for term in kept) else [node]


def made(dice: random.Random, depth: int) -> str:
    """A query of sums, differences and quotients, with brackets or without."""
    if depth == 0 or dice.random() < 0.25:
        name = dice.choice(list(SERIES))
        return dice.choice([f"sum by (z) ({name})", name, f"sum({name})", f"-{name}", f"({name} or vector(0))"])
    if dice.random() < 0.15:
        return dice.choice([f"clamp_min({made(dice, depth - 1)}, 0)", f"2 * ({made(dice, depth - 1)})"])
    sides = (dice.choice(["{}", "({})"]).format(made(dice, depth - 1)) for _ in range(2))
    return dice.choice([" + ", " - ", " / ", " + on (z) ", " - ignoring (q) ", " / on (z) "]).join(sides)


@pytest.mark.parametrize("sign", [BAD, NEUTRAL, GOOD])
def test_what_is_there_keeps_its_value(sign: int) -> None:
    """Brackets, signs and the order of operators survive."""
    dice, compared = random.Random(7), 0  # noqa: S311 - repeatable cases
    for _ in range(400):
        text = made(dice, 3)
        try:
            written = zero_filled(
                parse_expr(text).line, CountingWindow("5m", 300), QueryFacts(sign, whole=frozenset({"t"}))
            )
            found = value(parse_expr(written).tree)
        except PromqlError:  # longer than what is read
            continue
        assert found == pytest.approx(value(parse_expr(text).tree)), text
        compared += 1
    assert compared > 300
