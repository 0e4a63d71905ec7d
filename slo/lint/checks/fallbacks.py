"""Checks of queries that have a value without any series, so that `NoData` never fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.analysis.scale import factor
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, LINT, check
from slo.promql.functions import ABSENCE, COMPARISONS
from slo.promql.rewriting import instead, repeatedly, written
from slo.promql.tree import Aggregation, Binary, Call, Literal, Subquery, Unary, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql.tree import Node

_ALWAYS = ABSENCE | {"scalar"}
_LEAVE_OUT = "let the query be empty while its series are missing, so that NoData fires"


@check("SLO154", BUILD)
def hidden_no_data(context: LintContext) -> Iterator[Finding]:
    """Report queries that always have a value: `NoData` never fires, and missing data count as good or bad."""
    for query in context.expressions:
        if survives(query.tree) and not _is_zero_of_bad(query):
            message = f"{_cause(query.tree)} has a value without any series, so {_effect(query)}"
            yield rewrite(query.place, message, _bare(query.tree), otherwise=_LEAVE_OUT)


@check("SLO155", LINT)
def idle_fallbacks(context: LintContext) -> Iterator[Finding]:
    """Report a 0 for missing bad events, which count as 0 anyway."""
    for query in context.expressions:
        if not query.slo.group_by and survives(query.tree) and _is_zero_of_bad(query):
            message = f"{_cause(query.tree)} has no effect in bad: without bad series, no event is bad"
            yield rewrite(query.place, message, _bare(query.tree))


@check("SLO156", BUILD)
def members_without_labels(context: LintContext) -> Iterator[Finding]:
    """Report fallbacks without the group labels of any member."""
    for query in context.expressions:
        if query.slo.group_by and survives(query.tree) and _is_zero_of_bad(query):
            message = f"{_cause(query.tree)} adds a member without group labels"
            yield rewrite(query.place, message, _bare(query.tree))


def survives(node: Node) -> bool:
    """Whether a node has a value when no series exist; that of `scalar` is NaN."""
    if isinstance(node, Call):
        return node.name in _ALWAYS or all(map(survives, node.arguments))
    if isinstance(node, Aggregation | Unary | Subquery):
        return survives(node.parts[-1])
    if isinstance(node, Binary):
        return _operator_survives(node)
    return isinstance(node, Literal)


def _operator_survives(node: Binary) -> bool:
    left, right = survives(node.left), survives(node.right)
    if node.operator == "or":
        return left or right
    if node.operator == "unless":
        return left and not right
    return left and right


def _is_zero_of_bad(query: SloQuery) -> bool:
    """Whether the fallback is a 0 for bad events, which is correct."""
    return (query.kind, query.key) == ("events", "bad") and _gives_zero(query.tree)


def _gives_zero(node: Node) -> bool:
    """Whether the value without series is 0; False for comparisons and most functions."""
    if isinstance(node, Binary) and node.operator == "or":
        return all(_gives_zero(side) for side in (node.left, node.right) if survives(side))
    if isinstance(node, Binary) and node.operator in {"+", "-"}:
        return _gives_zero(node.left) and _gives_zero(node.right)
    if isinstance(node, Aggregation | Unary):
        return _gives_zero(node.parts[-1]) and getattr(node, "name", "") not in {"count", "group"}
    if isinstance(node, Call) and node.name in {"clamp_max", "label_replace", "label_join", "scalar"}:
        return _gives_zero(node.arguments[0])
    if isinstance(node, Binary) and (node.operator in COMPARISONS or node.operator in {"and", "unless"}):
        return False
    return factor(node) == 0


def _cause(tree: Node) -> str:
    """Return the fallback as the message shows it."""
    for node in walk(tree):
        if isinstance(node, Binary) and node.operator == "or" and (gone := _dispensable(node)):
            return f"{'or ' if gone is node.right else ''}{gone.text}"
    return next((f"{n.name}()" for n in walk(tree) if isinstance(n, Call) and n.name in _ALWAYS), "this")


def _effect(query: SloQuery) -> str:
    """Return the effect on the SLO."""
    if query.key == "bad":
        return "it counts events that never happened"
    if query.key == "good":
        return "missing series count as failures, or as no traffic"
    return "NoData never fires"


def _bare(tree: Node) -> str:
    """Return the query without its fallbacks; empty if it still has a value without series."""
    found = repeatedly(tree, _without_some)
    return "" if survives(found) else found.text


def _without_some(tree: Node) -> str:
    """Return the text without its outermost fallbacks."""
    changes = []
    for node in _fallbacks(tree):
        gone = _dispensable(node)
        if gone is not None:
            changes.append(instead(node, (node.left if gone is node.right else node.right).text))
    return written(tree, *changes) if changes else ""


def _fallbacks(node: Node) -> Iterator[Binary]:
    """Yield each outermost `or` with a fallback; in a quotient only that of the divisor matters."""
    if not survives(node):
        return
    if isinstance(node, Binary) and node.operator == "or" and _dispensable(node) is not None:
        yield node
        return
    sides = node.parts
    if isinstance(node, Binary) and node.operator == "/":
        sides = tuple(side for side in reversed(node.parts) if _reads(side))[:1]
    for part in sides:
        yield from _fallbacks(part)


def _dispensable(node: Binary) -> Node | None:
    """Return the side of an `or` that is a fallback for series on the other side."""
    if survives(node.right) and _reads(node.left):
        return node.right
    return node.left if survives(node.left) and _reads(node.right) else None


def _reads(node: Node) -> bool:
    """Whether a node reads values of series, not only their absence."""
    if isinstance(node, Call) and node.name in ABSENCE:
        return False
    return isinstance(node, VectorSelector) or any(map(_reads, node.parts))
