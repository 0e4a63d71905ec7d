"""Markdown: how texts of users, tables and commands are spelled in it."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_\[\]|~$])")
_BEGINNING = re.compile(r"^(\d*)([-+#=.)])")  # of a list, a heading
_TICKS = re.compile(r"`+")
_PROMETHEUS = '"${PROMETHEUS:-http://localhost:9090}/api/v1/query"'


def text(said: str) -> str:
    """What a user wrote, as these characters on one line, whatever marks are among them."""
    plain = _BEGINNING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", _on_one_line(said)))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(said: str) -> str:
    """The same as code, between more backquotes than follow each other in it."""
    said = _on_one_line(said)
    ticks = "`" * (max((len(run) for run in _TICKS.findall(said)), default=0) + 1)
    pad = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{ticks}{pad}{said}{pad}{ticks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, the last line not ended."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def query(expr: str) -> str:
    """A command that asks Prometheus, ready to be pasted into a shell."""
    command = f"curl -sSG {_PROMETHEUS} --data-urlencode {quote(f'query={expr}')}"
    ticks = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(command)), 3)
    return f"{ticks}sh\n{command}\n{ticks}"


def _on_one_line(said: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())
