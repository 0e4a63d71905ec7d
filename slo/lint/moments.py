"""Lints about `@` and `offset`, which shift the evaluation time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import repair
from slo.lint.subject import readings
from slo.promql.rewriting import unmodified, written
from slo.promql.tree import Read, Subquery, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.promql.tree import Node


def fixed_moments(subject: Subject) -> Iterator[Diagnostic]:
    """A query with `@`, which has the same value at every evaluation."""
    for reading, _ in subject.expressions:
        if any(True for _ in _modified(reading.tree, "@")):
            message = "@ fixes the time: every evaluation has the same value"
            yield repair("SLO163", reading.place, message, _without(reading.tree, "@"))


def one_sided_offsets(subject: Subject) -> Iterator[Diagnostic]:
    """An `offset` in one of two queries, or in a timestamp whose age is taken now."""
    for reading, _ in subject.expressions:
        if reading.kind == "freshness" and _offsets(reading.tree):
            message = "offset makes every success look older than it is"
            yield repair("SLO164", reading.place, message, _without(reading.tree, "offset"))
    yield from _of_events(subject)


def _of_events(subject: Subject) -> Iterator[Diagnostic]:
    shifted = [r for r, _ in subject.expressions if r.kind == "events" and _offsets(r.tree)]
    for reading in shifted:
        other = next(r for r in readings(reading.slo) if r.field != reading.field)
        if not _offsets(other.tree):
            message = f"{reading.field} reads the past, and {other.field} the present: they count different events"
            yield repair("SLO164", reading.place, message, _without(reading.tree, "offset"))


def _offsets(tree: Node) -> bool:
    return any(True for _ in _modified(tree, "offset"))


def _modified(tree: Node, word: str) -> Iterator[Read | Subquery]:
    return (node for node in walk(tree) if isinstance(node, Read | Subquery) and word in node.modifiers)


def _without(tree: Node, word: str) -> str:
    return written(tree, *(unmodified(node, word) for node in _modified(tree, word)))
