"""Rewrite parts of a query: the text that a finding proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql.reading import read
from slo.promql.tokens import Token, one_line
from slo.promql.tree import Binary, Read, Subquery

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.promql.tree import Node

Change = tuple[int, int, str]
"""(First token, token after the last one, replacement)."""

_MOST_STEPS = 50


def written(node: Node, *changes: Change) -> str:
    """Return the text of a node with non-overlapping changes."""
    words = list(node.at.tokens)
    for first, end, text in sorted(changes, reverse=True):
        words[first:end] = [Token("written", text, 0)]
    removed = sum(end - first - 1 for first, end, _ in changes)
    return one_line(words[node.at.first : node.at.end - removed]).strip()


def instead(node: Node, text: str) -> Change:
    """Replace a whole node."""
    return node.at.first, node.at.end, text


def operand(node: Node) -> str:
    """Return the text of a node as an operand, in brackets if it is a binary expression."""
    return f"({node.text})" if isinstance(node, Binary) else node.text


def made_bool(comparison: Binary) -> Change:
    """Add `bool` to a comparison."""
    words = comparison.at.tokens
    between = range(comparison.left.at.end, comparison.right.at.first)
    here = next(n for n in between if words[n].text == comparison.operator)
    before = "" if words[here - 1].kind == "space" else " "
    after = "" if words[here + 1].kind == "space" else " "
    return here, here + 1, f"{before}{comparison.operator} bool{after}"


def unmodified(node: Read | Subquery, word: str) -> Change:
    """Remove `offset` or `@` from a selector or subquery."""
    words, end = node.at.tokens, node.at.end
    inner = selected(node) if isinstance(node, Read) else node.inner.at.end
    first = next(n for n in range(inner, end) if words[n].text.lower() == word)
    other = {"@": "offset", "offset": "@"}[word]
    end = next((n for n in range(first, end) if words[n].text.lower() == other), end)
    return first - (words[first - 1].kind == "space"), end, "" if end == node.at.end else " "


def selected(read: Read) -> int:
    """Return the token index after the selector, before its range, `offset` and `@`."""
    closing = [n for n in range(read.at.first, read.at.end) if read.at.tokens[n].text == "}"]
    return closing[-1] + 1 if closing else read.at.first + 1


def repeatedly(tree: Node, step: Callable[[Node], str]) -> Node:
    """Apply a step to the tree until it returns an empty text."""
    for _ in range(_MOST_STEPS):
        text = step(tree)
        if not text:
            break
        tree = read(text).tree
    return tree
