"""Plain text no wider than a terminal: tables and wrapped sentences."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 96
INDENT = "  "


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines with columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (INDENT + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def sentence(text: str, indent: str = INDENT) -> list[str]:
    """Return lines that break at spaces only, so that names stay whole."""
    return wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def entries(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return lines `name  text` with the texts wrapped in one column."""
    rows = list(pairs)
    column = len(INDENT) + max((len(name) for name, _ in rows), default=0) + 2
    lines = []
    for name, text in rows:
        first, *others = sentence(text, " " * column) or [""]
        lines += [(INDENT + name).ljust(column) + first.strip(), *others]
    return [line.rstrip() for line in lines]
