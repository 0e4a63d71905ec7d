"""Lints about `group_left` and `group_right`, where slo cannot derive the labels of a missing operand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import repair
from slo.promql import naming
from slo.promql.rewriting import instead, operand, written
from slo.promql.tree import Binary, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Reading, Subject
    from slo.promql.tree import Matching, Node

_KINDS = frozenset({"events", "ratio"})


def lost_operands(subject: Subject) -> Iterator[Diagnostic]:
    """A sum, difference or quotient without a value while one operand has no series."""
    for reading, _ in subject.expressions:
        joined = next((node for node in walk(reading.tree) if _may_be_lost(reading, node)), None)
        if isinstance(joined, Binary) and joined.matching:
            part, beside = (joined.left, joined.right) if joined.operator == "/" else (joined.right, joined.left)
            many = joined.left if joined.matching.grouped == "group_left" else joined.right
            zero = _one_each(beside, joined.matching) if beside is many else operand(beside)
            filled = f"({operand(part)} or {joined.matching.text} 0 * {zero})"
            message = f'"{joined.operator}" has no value while {part.text} has no series'
            yield repair("SLO165", reading.place, message, written(reading.tree, instead(part, filled)))


def _one_each(node: Node, by: Matching) -> str:
    """Return one series for each group of the matching labels."""
    return f"max {'by' if by.word == 'on' else 'without'} ({naming.labels(by.labels)}) ({node.text})"


def _may_be_lost(reading: Reading, node: object) -> bool:
    if not isinstance(node, Binary) or node.matching is None or not node.matching.grouped:
        return False
    of_errors = node.operator == "/" and reading.field != "success"
    completed = any(isinstance(part, Binary) and part.operator == "or" for part in node.parts)
    return reading.kind in _KINDS and not completed and (of_errors or node.operator in {"+", "-"})
