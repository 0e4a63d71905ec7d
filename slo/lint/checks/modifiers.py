"""Checks of the modifiers `@` and `offset`, which shift the evaluation time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.context import queries_of
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql.rewriting import unmodified, written
from slo.promql.tree import Subquery, VectorSelector, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.promql.tree import Node


@check("SLO163", BUILD)
def fixed_times(context: LintContext) -> Iterator[Finding]:
    """Report `@`, with which a query has the same value at every evaluation."""
    for query in context.expressions:
        if any(True for _ in _modified(query.tree, "@")):
            message = "@ fixes the time: every evaluation has the same value"
            yield rewrite(query.place, message, _without(query.tree, "@"))


@check("SLO164", BUILD)
def one_sided_offsets(context: LintContext) -> Iterator[Finding]:
    """Report `offset` in one of two queries, or in a timestamp whose age is computed now."""
    for query in context.expressions:
        if query.kind == "freshness" and _offsets(query.tree):
            message = "offset makes every success look older than it is"
            yield rewrite(query.place, message, _without(query.tree, "offset"))
    yield from _of_events(context)


def _of_events(context: LintContext) -> Iterator[Finding]:
    for query in context.expressions:
        if query.kind != "events" or not _offsets(query.tree):
            continue
        other = next(each for each in queries_of(query.slo) if each.key != query.key)
        if not _offsets(other.tree):
            message = f"{query.key} reads the past, {other.key} the present: they count different events"
            yield rewrite(query.place, message, _without(query.tree, "offset"))


def _offsets(tree: Node) -> bool:
    return any(True for _ in _modified(tree, "offset"))


def _modified(tree: Node, word: str) -> Iterator[VectorSelector | Subquery]:
    return (node for node in walk(tree) if isinstance(node, VectorSelector | Subquery) and word in node.modifiers)


def _without(tree: Node, word: str) -> str:
    return written(tree, *(unmodified(node, word) for node in _modified(tree, word)))
