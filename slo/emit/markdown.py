"""Markdown: texts of users, tables and commands."""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING

from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_\[\]|~$])")
_BEGINNING = re.compile(r"^(\d*)([-+#=.)])")  # of a list, a heading
_TICKS = re.compile(r"`+")
_PROMETHEUS = '"${PROMETHEUS:-http://localhost:9090}/api/v1/query"'
_SECONDS = 30
"""Longer than a slow query; a server that hangs must not block the next command."""
_TAKEN = re.compile("\x01([A-Za-z0-9_]+)\x02")


def text(said: str) -> str:
    """Return a text of a user on one line, with Markdown escaped."""
    plain = _BEGINNING.sub(r"\1\\\2", _MARKS.sub(r"\\\1", _on_one_line(said)))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(said: str) -> str:
    """Return a text of a user as code, between more backquotes than it has in a row."""
    said = _on_one_line(said)
    ticks = "`" * (max((len(run) for run in _TICKS.findall(said)), default=0) + 1)
    pad = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{ticks}{pad}{said}{pad}{ticks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without a final line break."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def from_alert(label: str) -> str:
    """Return a placeholder for a label of the alert in a query; the shell reads it from `variable`."""
    return f"\x01{variable(label)}\x02"


def variable(label: str) -> str:
    """Return the shell variable for a label: `label_tenant`, as zsh uses `status` and `path`."""
    return f"label_{naming.underscored(label)}"


def query(expr: str) -> str:
    """Return a shell command that queries Prometheus; it fails without the labels that it needs."""
    asked = _TAKEN.sub(r"""'"${\1:?}"'""", quote(f"query={expr}"))
    command = f"curl -sSG --max-time {_SECONDS} {_PROMETHEUS} --data-urlencode {asked}"
    ticks = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(command)), 3)
    return f"{ticks}sh\n{command}\n{ticks}"


def _on_one_line(said: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())
