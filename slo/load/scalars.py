"""The position of each character of a YAML scalar: plain, quoted, literal and folded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.load.tree import Node

Cell = tuple[int, int]
"""Line and column, both counted from 0."""

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_HEADER = re.compile(r"([|>])[-+0-9]*")
_BREAK = re.compile(r"[ \t]*\n[ \t\n]*")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\n[ \t]*|(.))")
_MEANINGS = dict(zip('0abt\tnvfre "/\\N_LP', '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True))


@dataclass(slots=True)
class _Text:
    """The characters of a value so far, and their positions."""

    characters: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    def add(self, text: str, cell: Cell) -> None:
        """Add characters that share one position."""
        self.characters.extend(text)
        self.cells.extend([cell] * len(text))

    def add_line(self, text: str, line: int, column: int) -> None:
        """Add characters side by side."""
        self.characters.extend(text)
        self.cells.extend((line, column + n) for n in range(len(text)))


def cells_of(node: Node, lines: Sequence[str]) -> list[Cell] | None:
    """Return the position of every character of a scalar; None where they are unknown.

    `lines`: those of the whole file.
    """
    if node.text is None or node.aliased:
        return None
    raw = "\n".join(lines[node.start.line : node.end.line + 1])
    skipped = _PROPERTIES.match(raw, node.start.column)
    at = skipped.end() if skipped else node.start.column
    header = _HEADER.match(raw, at)
    found = _block(node, lines, raw.count("\n", 0, at), header[1]) if header else _flow(node, lines, raw, at)
    meaning = "".join(found.characters)
    return found.cells if meaning.rstrip() == node.text.rstrip() else None


def _flow(node: Node, lines: Sequence[str], raw: str, at: int) -> _Text:
    """Read a plain or a quoted scalar from a position of the text that begins in the node's first line."""
    end = len(raw) - len(lines[node.end.line]) + node.end.column
    quote = raw[at] if raw[at : at + 1] in {"'", '"'} else ""
    at, end = (at + 1, end - 1) if quote else (at, end)
    text = _Text()
    while at < end:
        line = node.start.line + raw.count("\n", 0, at)
        cell = (line, at - raw.rfind("\n", 0, at) - 1)
        piece, meaning = _piece(raw, at, quote)
        text.add(meaning, cell)
        at += len(piece)
    return text


def _piece(raw: str, at: int, quote: str) -> tuple[str, str]:
    """Return the next characters that belong together, and their meaning."""
    if quote == '"' and (escape := _ESCAPE.match(raw, at)):
        code = escape[1] or escape[2] or escape[3]
        meaning = chr(min(int(code, 16), 0x10FFFF)) if code else _MEANINGS.get(escape[4] or "", "")
        return escape.group(), meaning
    if quote == "'" and raw.startswith("''", at):
        return "''", "'"
    if folded := _BREAK.match(raw, at):
        return folded.group(), "\n" * (folded.group().count("\n") - 1) or " "
    return raw[at], raw[at]


def _block(node: Node, lines: Sequence[str], skipped: int, style: str) -> _Text:
    """Read a literal or folded block below its header; its first line gives the indentation."""
    first = node.start.line + skipped + 1
    below = lines[first : max(first, node.end.line + (node.end.column > 0))]
    indent = next((len(line) - len(line.lstrip(" ")) for line in below if line.strip(" ")), 0)
    text = _Text()
    before = ""
    empty: list[Cell] = []
    for number, line in enumerate(below, first):
        content = line[indent:]
        if not content:
            empty.append((number, 0))
            continue
        if text.cells:
            last = (text.cells[-1][0], text.cells[-1][1] + 1)
            folds = style == ">" and not before.startswith((" ", "\t")) and not content.startswith((" ", "\t"))
            text.add(("" if empty else " ") if folds else "\n", last)
        for cell in empty:
            text.add("\n", cell)
        empty = []
        text.add_line(content, number, indent)
        before = content
    return text
