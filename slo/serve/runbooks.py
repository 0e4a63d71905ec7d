"""Runbooks: Markdown files of a folder, named like their alerts, as safe HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from pathlib import Path

    from markdown_it.token import Token

_NAME = re.compile(r"\w[\w.-]{0,200}")
_MOST_BYTES = 500_000
_DEEPER = {f"h{level}": f"h{min(level + 2, 6)}" for level in range(1, 7)}
_WEB = re.compile(r"(https?:)?//", re.IGNORECASE)


class Runbooks:
    """The runbooks in a folder; read when they are shown, so that a change needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Raw HTML is shown as text; the library drops links to scripts.
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")

    def html(self, alert: str) -> str:
        """Return the runbook of an alert for a page that has headings of its own; empty where there is none."""
        path = self._folder / f"{alert}.md"
        if (
            not _NAME.fullmatch(alert)
            or not path.is_file()
            or not path.resolve().is_relative_to(self._folder.resolve())
        ):
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            tokens = self._markdown.parse(file.read(_MOST_BYTES))
        for token in tokens:
            _adapt(token)
        return str(self._markdown.renderer.render(tokens, self._markdown.options, {}))


def _adapt(token: Token) -> None:
    """Lower headings, and drop what the page cannot have: styles, and links relative to the folder."""
    token.tag = _DEEPER.get(token.tag, token.tag)
    token.attrs.pop("style", None)
    for child in token.children or ():
        if child.type == "link_open" and not _WEB.match(str(child.attrs.get("href", ""))):
            child.attrs = {}
