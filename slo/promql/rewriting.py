"""Rewrite parts of a query: the text that a finding proposes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.promql.parse import parse_expr
from slo.promql.tree import Binary, Subquery, VectorSelector

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.promql.tree import Aggregation, Call, Node

Change = tuple[int, int, str]
"""(First character in the line, character after the last one, replacement)."""

_MOST_STEPS = 50
_NAME = re.compile(r"[\w:]*")


def written(node: Node, *changes: Change) -> str:
    """Return the text of a node with non-overlapping changes."""
    parts: list[str] = []
    at = node.first
    for first, end, text in sorted(changes):
        parts += (node.line.text[at:first], text)
        at = end
    return "".join((*parts, node.line.text[at : node.end])).strip()


def instead(node: Node, text: str) -> Change:
    """Replace a whole node."""
    return node.first, node.end, text


def name_instead(node: Call | Aggregation, name: str) -> Change:
    """Replace the name of a function or an aggregation."""
    return node.first, node.first + len(node.name), name


def operand(node: Node) -> str:
    """Return the text of a node as an operand, in brackets if it is a binary expression."""
    return f"({node.text})" if isinstance(node, Binary) else node.text


def made_bool(comparison: Binary) -> Change:
    """Add `bool` to a comparison."""
    line, operator = comparison.line.text, comparison.operator
    first = line.index(operator, comparison.left.end)
    end = first + len(operator)
    before, after = ("" if line[n] == " " else " " for n in (first - 1, end))
    return first, end, f"{before}{operator} bool{after}"


def unmodified(node: VectorSelector | Subquery, word: str) -> Change:
    """Remove `offset` or `@` from a selector or subquery."""
    line = node.line.text
    inner = selected(node) if isinstance(node, VectorSelector) else node.inner.end
    tail = line[inner : node.end].lower()
    first = inner + tail.index(word)
    other = tail.find({"@": "offset", "offset": "@"}[word], first - inner)
    end = node.end if other < 0 else inner + other
    return first - (line[first - 1] == " "), end, "" if end == node.end else " "


def selected(read: VectorSelector) -> int:
    """Return the end of the selector in the line, before its range, `offset` and `@`."""
    closing = read.line.text.rfind("}", read.first, read.end)
    return closing + 1 if closing >= 0 else _NAME.match(read.line.text, read.first).end()  # type: ignore[union-attr]


def repeatedly(tree: Node, step: Callable[[Node], str]) -> Node:
    """Apply a step to the tree until it returns an empty text."""
    for _ in range(_MOST_STEPS):
        text = step(tree)
        if not text:
            break
        tree = parse_expr(text).tree
    return tree
