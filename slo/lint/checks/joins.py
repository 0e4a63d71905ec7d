"""Checks of `group_left` and `group_right`, where slo cannot derive the labels of a missing operand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql import naming
from slo.promql.rewriting import instead, operand, written
from slo.promql.tree import Binary, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql.tree import Node, VectorMatching

_KINDS = frozenset({"events", "ratio"})


@check("SLO165", BUILD)
def lost_operands(context: LintContext) -> Iterator[Finding]:
    """Report sums, differences and quotients without a value while one operand has no series."""
    for query in context.expressions:
        joined = next((node for node in walk(query.tree) if _may_be_lost(query, node)), None)
        if isinstance(joined, Binary) and joined.matching:
            part, beside = (joined.left, joined.right) if joined.operator == "/" else (joined.right, joined.left)
            many = joined.left if joined.matching.grouped == "group_left" else joined.right
            zero = _one_each(beside, joined.matching) if beside is many else operand(beside)
            filled = f"({operand(part)} or {joined.matching.text} 0 * {zero})"
            message = f'"{joined.operator}" has no value while {part.text} has no series'
            yield rewrite(query.place, message, written(query.tree, instead(part, filled)))


def _one_each(node: Node, by: VectorMatching) -> str:
    """Return one series for each group of the matching labels."""
    return f"max {'by' if by.word == 'on' else 'without'} ({naming.labels(by.labels)}) ({node.text})"


def _may_be_lost(query: SloQuery, node: object) -> bool:
    if not isinstance(node, Binary) or node.matching is None or not node.matching.grouped:
        return False
    of_errors = node.operator == "/" and query.key != "success"
    completed = any(isinstance(part, Binary) and part.operator == "or" for part in node.parts)
    return query.kind in _KINDS and not completed and (of_errors or node.operator in {"+", "-"})
