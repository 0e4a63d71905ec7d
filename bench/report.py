"""Paragraphs and tables of a benchmark, as Markdown that a terminal shows just as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column holds names, the others numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Return Markdown with aligned columns."""
        widths = [max(len(row[n]) for row in (self.head, *self.rows)) for n in range(len(self.head))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        return "\n".join(_line(row, widths) for row in (self.head, rule, *self.rows))


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one benchmark, in reading order."""

    name: str
    parts: tuple[str | Table, ...]

    def text(self) -> str:
        """Return Markdown."""
        return "\n\n".join(part if isinstance(part, str) else part.text() for part in self.parts) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
    return "| " + " | ".join(cells) + " |"


def ratio(ours: float, theirs: float) -> str:
    """Return `ours / theirs` with two significant digits."""
    if not theirs:
        return "-"
    value = ours / theirs
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"  # noqa: PLR2004 - where two decimals begin to hide digits


def percent(share: float, digits: int = 2) -> str:
    """Return a share such as `99.97 %`."""
    return f"{share * 100:.{digits}f} %"
