"""Lints about factors: percent instead of a ratio, and a factor in only one of two queries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slo.lint.dimensions import EVENTS, dimension
from slo.lint.finding import repair
from slo.lint.numbers import PERCENT, constant, factor
from slo.lint.subject import readings
from slo.observe.errors import ObserveError
from slo.promql import duration, with_window
from slo.promql.rewriting import instead, operand, repeatedly, written
from slo.promql.tree import Binary, walk
from slo.query import Expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Pair, Reading, Subject
    from slo.observe.server import Server
    from slo.promql.tree import Node

_LARGE = 1.5
_FACTORS = frozenset(["*", "/"])
_BEFORE_DIVISION = frozenset(["*", "/", "%", "^"])


def percent_of_ratios(subject: Subject) -> Iterator[Diagnostic]:
    """A ratio in percent: everything above 1 counts as 1."""
    for reading in subject.readings:
        if reading.kind == "ratio" and in_percent(reading):
            message = "this gives percent, and a ratio of 0 to 1 is needed: whatever is above 1 counts as 1"
            yield repair("SLO159", reading.place, message, divided(reading.tree))


def in_percent(reading: Reading) -> bool:
    """Whether a query gives percent, by its factor or the name of its metric."""
    found = factor(reading.tree, names=True)
    return found is not None and math.isclose(found, PERCENT)


def large_ratios(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """A ratio whose values on a server are well above 1."""
    for reading in subject.readings:
        if reading.kind == "ratio" and not in_percent(reading) and _is_large(reading, server):
            message = f"{server.where} has values above {_LARGE} of this, and a ratio of 0 to 1 is needed"
            yield repair("SLO159", reading.place, message, divided(reading.tree))


def _is_large(reading: Reading, server: Server) -> bool:
    text = with_window(reading.tree.text, duration(60 + reading.slo.scrape_interval))
    try:
        return bool(server.query(f"({text}) > {_LARGE}"))
    except ObserveError:  # an error of the server is another finding
        return False


def divided(tree: Node) -> str:
    """Return the query divided by 100; in `1 - percent` only the percent."""
    node = tree
    while isinstance(node, Binary) and node.operator in {"+", "-"}:
        constants = constant(node.left), constant(node.right)
        if PERCENT in constants or constants == (None, None):
            break
        node = node.right if constants[0] is not None else node.left
    return written(tree, instead(node, _as_ratio(node, whole=node is tree)))


def _as_ratio(percent: Node, *, whole: bool) -> str:
    """Return the query without its factor 100 where it has one, otherwise divided by 100."""
    bare = repeatedly(percent, _without_outer)
    if _close(factor(percent), PERCENT) and _close(factor(bare), 1.0):
        return bare.text if whole else operand(bare)
    last = isinstance(percent, Binary) and percent.operator not in _BEFORE_DIVISION
    return f"{operand(percent) if last else percent.text} / 100"


def one_sided_factors(subject: Subject) -> Iterator[Diagnostic]:
    """A factor of one query that the other lacks."""
    for pair in subject.pairs:
        both = list(readings(pair.slo)) if _has_expression(pair) else []
        one, other = (_factor(reading) for reading in both) if both else (None, None)
        if one and other and not _close(one, other):
            scaled = [r for r, number in zip(both, (one, other), strict=True) if not _close(number, 1.0)]
            said = [f"{r.field} is {_said(number)}" for r, number in zip(both, (one, other), strict=True)]
            message = ", and ".join(reversed(said) if _close(one, 1.0) else said)
            yield repair(
                "SLO160", scaled[-1].place, message, _without_factors(scaled), otherwise="use the same factor in both"
            )


def _said(number: float) -> str:
    if _close(number, 1.0):
        return "not"
    return f"multiplied by {number:.4g}" if abs(number) > 1 else f"divided by {1 / number:.4g}"


def _without_factors(scaled: Sequence[Reading]) -> str:
    """Return the queries without their factors; if both have one, each with its key."""
    texts = [unscaled(reading.tree) for reading in scaled]
    if not all(texts) or len(texts) == 1:
        return texts[0] if len(texts) == 1 else ""
    return " and ".join(f"{reading.field}: {text}" for reading, text in zip(scaled, texts, strict=True))


def _has_expression(pair: Pair) -> bool:
    return isinstance(pair.one, Expression) or isinstance(pair.other, Expression)


def _factor(reading: Reading) -> float | None:
    """Return the factor of events per second; None for other queries."""
    if not isinstance(reading.query, Expression):
        return 1.0
    return factor(reading.tree) if dimension(reading.tree) == EVENTS else None


def _close(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-6)


def unscaled(tree: Node) -> str:
    """Return the query without its factors; empty if they cannot be removed one by one."""
    found = repeatedly(tree, _without_one)
    return found.text if _close(factor(found), 1.0) else ""


def _without_one(tree: Node) -> str:
    return _without_first(tree, walk(tree))


def _without_outer(tree: Node) -> str:
    """Return the query without one of its outer factors: inside of a function such as `round` it may have a meaning."""
    return _without_first(tree, _product(tree))


def _product(node: Node) -> Iterator[Node]:
    if isinstance(node, Binary) and node.operator in _FACTORS:
        yield node
        for side in node.parts:
            yield from _product(side)


def _without_first(tree: Node, nodes: Iterable[Node]) -> str:
    for node in nodes:
        if isinstance(node, Binary) and node.operator in _FACTORS and (value := _scaled(node)):
            return written(tree, instead(node, value.text if node is tree else operand(value)))
    return ""


def _scaled(node: Binary) -> Node | None:
    """Return the operand that a constant other than 0 multiplies or divides."""
    if constant(node.right) and constant(node.left) is None:
        return node.left
    return node.right if node.operator == "*" and constant(node.left) and constant(node.right) is None else None
