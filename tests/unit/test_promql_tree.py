"""The syntax tree of a query: compared with that of promql-parser, and with the text that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import promql_parser as p
import pytest

from slo.promql import PromqlError, read
from slo.promql.reading import parser_tree
from slo.promql.tree import Aggregation, Binary, Call, Literal, Matching, Node, Read, Signed, Subquery, walk
from tests.rules.test_promql_readers import EXPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = tuple[object, ...]


def shape(node: Node) -> Shape:
    """What a tree of ours is made of, without places, spelling, and the signs of numbers."""
    if isinstance(node, Signed) and (node.sign == "+" or isinstance(node.operand, Literal)):
        return shape(node.operand)
    if isinstance(node, Read):
        return ("Read", node.kind)
    if isinstance(node, Literal):
        return ("Literal", node.kind)
    name = {Call: "name", Aggregation: "name", Binary: "operator"}.get(type(node))
    return (type(node).__name__, getattr(node, name) if name else "", *map(shape, node.parts))


LEAVES: dict[type, Shape] = {
    p.NumberLiteral: ("Literal", "scalar"),
    p.StringLiteral: ("Literal", "string"),
    p.VectorSelector: ("Read", "vector"),
    p.MatrixSelector: ("Read", "matrix"),
}
INNER: dict[type, Callable[[Any], tuple[str, str, list[Any]]]] = {
    p.SubqueryExpr: lambda node: ("Subquery", "", [node.expr]),
    p.UnaryExpr: lambda node: ("Signed", "", [node.expr]),
    p.BinaryExpr: lambda node: ("Binary", str(node.op).split()[0], [node.lhs, node.rhs]),
    p.Call: lambda node: ("Call", node.func.name, node.args),
    p.AggregateExpr: lambda node: ("Aggregation", str(node.op), [node.param, node.expr][node.param is None :]),
}


def theirs(node: Any) -> Shape:  # noqa: ANN401 - one of many types without a common ancestor
    """The same of a tree of promql-parser, in which brackets have nodes of their own."""
    while isinstance(node, p.ParenExpr):
        node = node.expr
    if type(node) in LEAVES:
        return LEAVES[type(node)]
    kind, name, parts = INNER[type(node)](node)
    inner = tuple(map(theirs, parts))
    return inner[0] if kind == "Signed" and inner[0][0] == "Literal" else (kind, name, *inner)


def test_the_trees_of_two_readers_are_equal() -> None:
    """Precedence, arguments and selectors of hundreds of expressions, seen by two independent readers."""
    compared = 0
    for text in EXPRESSIONS:
        try:
            found = read(text)
            other = parser_tree(found.line)
        except PromqlError:
            continue
        assert shape(found.tree) == theirs(other), text
        compared += 1
    assert compared > 150


@pytest.mark.parametrize(
    ("text", "part", "wanted"),
    [
        ("sum(rate(a[$window])) - sum(b)", Aggregation, ["sum(rate(a[$window]))", "sum(b)"]),
        ("(a + b) * 2", Binary, ["(a + b) * 2", "a + b"]),
        ("a offset 5m + b @ 7", Read, ["a offset 5m", "b @ 7"]),
        ("max_over_time(a[1h:1m] offset 1d)", Subquery, ["a[1h:1m] offset 1d"]),
        ("-a ^ 2", Signed, ["-a ^ 2"]),
    ],
)
def test_a_part_has_its_own_text(text: str, part: type[Node], wanted: list[str]) -> None:
    """Modifiers, signs and arguments belong to it, round brackets around it do not."""
    found = [node for node in walk(read(text).tree) if isinstance(node, part)]
    assert [node.text for node in found] == wanted
    assert [text[node.at.start : node.at.start + node.at.length] for node in found] == wanted


def test_what_is_written_behind_an_operator_is_kept() -> None:
    """`bool`, matching, modifiers and grouping are part of the tree."""
    node = read("sum by (job) (a) > bool on (job) b").tree
    assert isinstance(node, Binary)
    assert (node.is_bool, node.matching) == (True, Matching("on", ("job",)))
    assert isinstance(node.left, Aggregation)
    assert (node.left.grouping, node.left.labels) == ("by", ("job",))
    moved = read("rate(a[$window] offset 5m @ 3)").tree
    assert isinstance(moved, Call)
    (inner,) = moved.arguments
    assert isinstance(inner, Read)
    assert inner.modifiers == ("offset", "@")
