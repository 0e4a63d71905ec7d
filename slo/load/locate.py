"""Turn places in a document into line and column, with the line of the file: only for findings that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.diagnostics import Span
from slo.load.scalars import cells_of
from slo.load.tree import Mark, Node, TooDeepError, events_to_tree
from slo.load.yaml_errors import TOO_DEEP, explain_yaml_error, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slo.diagnostics import Diagnostic, Place


def located(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return the findings with span and excerpt, by file and line; `texts`: the text of each file.

    A finding in a file without text, or with invalid YAML, stays without a span.
    """
    trees: dict[str, Node | None] = {}
    placed: list[Diagnostic] = []
    too_deep: set[str] = set()
    for diagnostic in diagnostics:
        file = diagnostic.place.file
        text = texts.get(file, "")
        if file not in trees and diagnostic.span is None:
            try:
                trees[file] = tree_of(text)
            except TooDeepError:  # no specification nests so deeply: nothing else matters
                trees[file] = None
                too_deep.add(file)
                placed.extend(explain_yaml_error(file, text, TOO_DEEP))
        if file not in too_deep:
            placed.append(_located(diagnostic, trees.get(file), text))
    files = list(dict.fromkeys((*texts, *(diagnostic.place.file for diagnostic in placed))))
    return tuple(sorted(placed, key=lambda d: (files.index(d.place.file), *_position(d))))


def _position(diagnostic: Diagnostic) -> tuple[int, int]:
    return (diagnostic.span.line, diagnostic.span.column) if diagnostic.span else (0, 0)


def tree_of(text: str) -> Node | None:
    """Return the tree of a text, or None if it is not YAML.

    Raises:
        TooDeepError: the document nests deeper than any specification.
    """
    try:
        return events_to_tree(text)
    except ValueError:
        return None


def _located(diagnostic: Diagnostic, root: Node | None, text: str) -> Diagnostic:
    if diagnostic.span is not None or root is None:
        return diagnostic
    lines = lines_of(text)
    line, column, length = _part(root, diagnostic.place, lines) or _stretch(root, diagnostic.place)
    excerpt = lines[line] if line < len(lines) else ""
    span = Span(line + 1, column + 1, max(1, min(length, len(excerpt) - column)))
    return replace(diagnostic, span=span, excerpt=excerpt)


def _part(root: Node, place: Place, lines: Sequence[str]) -> tuple[int, int, int] | None:
    """Return line, column and length of some characters, up to the end of their first line; None if unknown."""
    _, node, steps_left = _walk(root, place.path)
    cells = cells_of(node, lines) if place.part and not steps_left else None
    if place.part is None or cells is None:
        return None
    start, length = place.part
    meant = cells[start : start + length]
    if not meant:
        return None
    line, column = meant[0]
    return line, column, max(c for n, c in meant if n == line) - column + 1


def _stretch(root: Node, place: Place) -> tuple[int, int, int]:
    """Return line, column and length of a place, or of the nearest value around it."""
    mark, length = _around(root, place)
    return mark.line, mark.column, length


def _around(root: Node, place: Place) -> tuple[Mark, int]:
    key, node, steps_left = _walk(root, place.path)
    if place.on_key and key is not None and not steps_left:
        return key.start, _length(key)
    if node.text is not None:
        return (
            (node.start, _length(node))
            if node.end.offset > node.start.offset or key is None
            else (key.start, _length(key))
        )
    if key is not None:
        return key.start, _length(key)
    first = node.pairs[0][0] if node.pairs else None
    return (first.start, _length(first)) if first else (node.start, 1)


def _walk(root: Node, path: tuple[str | int, ...]) -> tuple[Node | None, Node, int]:
    """Follow a path as far as possible; return the last key, its value, and how many steps are left."""
    key, node = None, root
    for done, step in enumerate(path):
        found = node.child(step)
        if found is None:
            return key, node, len(path) - done
        key, node = found
    return key, node, 0


def _length(node: Node) -> int:
    """Return the length up to the end of the line: further lines are not underlined."""
    return node.end.offset - node.start.offset if node.end.line == node.start.line else 10_000
