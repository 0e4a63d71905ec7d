"""The syntax tree of a query: compared with that of promql-parser, and with the text that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slo.promql import PromqlError, parse_expr
from slo.promql.tree import Aggregation, Binary, Call, Node, Subquery, Unary, VectorMatching, VectorSelector, walk
from tests.promql_oracle import shape, shape_of_oracle
from tests.rules.test_promql_readers import EXPRESSIONS

if TYPE_CHECKING:
    pass


def test_the_trees_of_two_readers_are_equal() -> None:
    """Precedence, arguments and selectors of hundreds of expressions, seen by two independent readers."""
    compared = 0
    for text in EXPRESSIONS:
        try:
            found = parse_expr(text)
        except PromqlError:
            continue
        if not (other := shape_of_oracle(found.line)):
            continue
        assert shape(found.tree) == other, text
        compared += 1
    assert compared > 150


@pytest.mark.parametrize(
    ("text", "part", "wanted"),
    [
        ("sum(rate(a[$window])) - sum(b)", Aggregation, ["sum(rate(a[$window]))", "sum(b)"]),
        ("(a + b) * 2", Binary, ["(a + b) * 2", "a + b"]),
        ("a offset 5m + b @ 7", VectorSelector, ["a offset 5m", "b @ 7"]),
        ("max_over_time(a[1h:1m] offset 1d)", Subquery, ["a[1h:1m] offset 1d"]),
        ("-a ^ 2", Unary, ["-a ^ 2"]),
    ],
)
def test_a_part_has_its_own_text(text: str, part: type[Node], wanted: list[str]) -> None:
    """Modifiers, signs and arguments belong to it, round brackets around it do not."""
    found = [node for node in walk(parse_expr(text).tree) if isinstance(node, part)]
    assert [node.text for node in found] == wanted
    assert [text[node.start : node.start + node.length] for node in found] == wanted


def test_what_is_written_behind_an_operator_is_kept() -> None:
    """`bool`, matching, modifiers and grouping are part of the tree."""
    node = parse_expr("sum by (job) (a) > bool on (job) b").tree
    assert isinstance(node, Binary)
    assert (node.is_bool, node.matching) == (True, VectorMatching("on", ("job",)))
    assert isinstance(node.left, Aggregation)
    assert (node.left.grouping, node.left.labels) == ("by", ("job",))
    moved = parse_expr("rate(a[$window] offset 5m @ 3)").tree
    assert isinstance(moved, Call)
    (inner,) = moved.arguments
    assert isinstance(inner, VectorSelector)
    assert inner.modifiers == ("offset", "@")
