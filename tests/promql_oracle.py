"""promql-parser, another parser of PromQL: the oracle of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import promql_parser as p

from slo.promql import with_window
from slo.promql.tree import Aggregation, Binary, Call, Literal, Node, Unary, VectorSelector

if TYPE_CHECKING:
    from collections.abc import Callable

_REGEX = r'([=!]~ *)?"(?:[^"\\]|\\.)*"'
Shape = tuple[object, ...]


def shape(node: Node) -> Shape:
    """What a tree of ours is made of, without places, spelling, and the signs of numbers."""
    if isinstance(node, Unary) and (node.sign == "+" or shape(node.operand)[0] == "Literal"):
        return shape(node.operand)
    if isinstance(node, VectorSelector):
        return ("VectorSelector", node.kind)
    if isinstance(node, Literal):
        return ("Literal", node.kind)
    name = {Call: "name", Aggregation: "name", Binary: "operator"}.get(type(node))
    return (type(node).__name__, getattr(node, name) if name else "", *map(shape, node.parts))


_LEAVES: dict[type, Shape] = {
    p.NumberLiteral: ("Literal", "scalar"),
    p.StringLiteral: ("Literal", "string"),
    p.VectorSelector: ("VectorSelector", "vector"),
    p.MatrixSelector: ("VectorSelector", "matrix"),
}
_INNER: dict[type, Callable[[Any], tuple[str, str, list[Any]]]] = {
    p.SubqueryExpr: lambda node: ("Subquery", "", [node.expr]),
    p.UnaryExpr: lambda node: ("Unary", "", [node.expr]),
    p.BinaryExpr: lambda node: ("Binary", str(node.op).split()[0], [node.lhs, node.rhs]),
    p.Call: lambda node: ("Call", node.func.name, node.args),
    p.AggregateExpr: lambda node: ("Aggregation", str(node.op), [node.param, node.expr][node.param is None :]),
}


def _theirs(node: Any) -> Shape:  # noqa: ANN401 - one of many types without a common ancestor
    """The same of a tree of promql-parser, in which brackets have nodes of their own."""
    while isinstance(node, p.ParenExpr):
        node = node.expr
    if type(node) in _LEAVES:
        return _LEAVES[type(node)]
    kind, name, parts = _INNER[type(node)](node)
    inner = tuple(map(_theirs, parts))
    return inner[0] if kind == "Unary" and inner[0][0] == "Literal" else (kind, name, *inner)


def shape_of_oracle(line: str) -> Shape | None:
    """Return the same of a query on one line as promql-parser reads it, or None where it refuses it.

    Where it, other than Prometheus, refuses one of the regular expressions, it reads another one.
    """
    text = with_window(line, "5m")
    for attempt in (text, re.sub(_REGEX, lambda m: f'{m[1]}"."' if m[1] else m.group(), text)):
        try:
            return _theirs(p.parse(attempt))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
    return None
