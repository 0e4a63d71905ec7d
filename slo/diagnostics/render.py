"""Render a diagnostic as text: place, code, message, the line of the file, and a caret below the part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from slo.diagnostics import Diagnostic

_COLOURS = {"error": "31", "warning": "33", "info": "36"}
_WIDTH = 120
_LEAD = 60


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """Return the finding as one line, or three with the line of the file."""
    span = diagnostic.span
    where = f"{diagnostic.place.file}:{span.line}:{span.column}" if span else diagnostic.place.file
    label = f"{diagnostic.severity}[{diagnostic.code}]"
    text = "; ".join(part for part in (diagnostic.message, diagnostic.hint) if part)
    head = f"{visible(where)}: {_painted(label, _COLOURS[diagnostic.severity], colour=colour)}: {visible(text)}"
    return "\n".join((head, *_quote(diagnostic, colour=colour)))


def visible(text: str) -> str:
    """Return the text with characters escaped that could move the cursor, change colours or hide others."""
    return "".join(c if category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else _escape(c) for c in text)


def _escape(character: str) -> str:
    return repr(character)[1:-1] if character != "\\" else character


def _quote(diagnostic: Diagnostic, *, colour: bool) -> list[str]:
    """Return the line of the file and the caret; a long line is cut around the caret."""
    if diagnostic.span is None or not diagnostic.excerpt.strip():
        return []
    column, line = diagnostic.span.column - 1, diagnostic.excerpt
    start = max(0, column - _LEAD) if len(line) > _WIDTH else 0
    end = start + _WIDTH
    before, marked, after = line[start:column], line[column : column + diagnostic.span.length], line[column:end]
    dots = "..." if start else ""
    shown = dots + _cell(before) + _cell(after) + ("..." if end < len(line) else "")
    caret = "^" * max(1, min(_columns(_cell(marked)), _columns(_cell(after))))
    number = f"{diagnostic.span.line:>5} | "
    margin = " " * (len(number) - 2) + "| "
    pad = " " * _columns(dots + _cell(before))
    return [f"{number}{shown}", f"{margin}{pad}{_painted(caret, '31', colour=colour)}"]


def _cell(text: str) -> str:
    return visible(re.sub("\t", "→", text))


def _columns(text: str) -> int:
    """Return the width on a terminal."""
    return sum(0 if category(c) in {"Mn", "Me"} else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _painted(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
