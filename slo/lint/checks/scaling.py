"""Checks of factors: percent instead of a ratio, and a factor in only one of two queries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slo.lint.analysis.dimensions import EVENTS, dimension
from slo.lint.analysis.scale import PERCENT, constant, factor
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql.rewriting import instead, operand, repeatedly, written
from slo.promql.tree import Binary, Literal, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql.tree import Node

_FACTORS = frozenset(["*", "/"])
_BEFORE_DIVISION = frozenset(["*", "/", "%", "^"])


@check("SLO159", BUILD)
def percent_of_ratios(context: LintContext) -> Iterator[Finding]:
    """Report ratios in percent: every value above 1 counts as 1."""
    for query in context.queries:
        if query.kind == "ratio" and in_percent(query):
            message = "percent instead of a ratio of 0 to 1: every value above 1 counts as 1"
            yield rewrite(query.place, message, divided(query.tree))


def in_percent(query: SloQuery) -> bool:
    """Whether a query gives percent, by its factor or the name of its metric."""
    found = factor(query.tree, names=True)
    return found is not None and math.isclose(found, PERCENT)


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


@check("SLO160", BUILD)
def one_sided_factors(context: LintContext) -> Iterator[Finding]:
    """Report factors of one query that the other lacks."""
    for pair in context.pairs:
        both = (pair.first, pair.second)
        one, other = map(_factor, both) if any(map(_has_number, both)) else (None, None)
        if one and other and not _close(one, other):
            factors = list(zip(both, (one, other), strict=True))
            scaled = [query for query, number in factors if not _close(number, 1.0)]
            texts = [f"{query.key} is {_shown(number)}" for query, number in factors]
            message = ", and ".join(reversed(texts) if _close(one, 1.0) else texts)
            rewritten = _without_factors(scaled)
            yield rewrite(scaled[-1].place, message, rewritten, otherwise="use the same factor in both")


def _shown(number: float) -> str:
    if _close(number, 1.0):
        return "not"
    return f"multiplied by {number:.4g}" if abs(number) > 1 else f"divided by {1 / number:.4g}"


def _without_factors(scaled: Sequence[SloQuery]) -> str:
    """Return the queries without their factors; if both have one, each with its key."""
    texts = [unscaled(query.tree) for query in scaled]
    if not all(texts) or len(texts) == 1:
        return texts[0] if len(texts) == 1 else ""
    return " and ".join(f"{query.key}: {text}" for query, text in zip(scaled, texts, strict=True))


def _has_number(query: SloQuery) -> bool:
    """Whether a query may have a factor: without a literal it is 1 or unknown."""
    return bool(query.expression) and any(isinstance(node, Literal) for node in walk(query.tree))


def _factor(query: SloQuery) -> float | None:
    """Return the factor of events per second; None for other queries."""
    if not query.expression:
        return 1.0
    return factor(query.tree) if dimension(query.tree) == EVENTS else None


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
