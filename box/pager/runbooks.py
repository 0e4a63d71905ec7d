"""Finds runbooks and renders their Markdown as safe HTML."""

import re
from pathlib import Path

from markdown_it import MarkdownIt

TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)
# Raw HTML is shown as text; the library refuses links to scripts.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def pages(folder: Path) -> list[str]:
    """Return the names of all pages, without `.md`."""
    return sorted(path.stem for path in folder.glob("*.md"))


def alerts(folder: Path) -> list[str]:
    """Return the alerts that have a runbook."""
    return [name for name in pages(folder) if name != "README"]


def text(folder: Path, name: str) -> str | None:
    """Return the Markdown of a page, None when there is none.

    The name is looked up in the list of the folder, so that no name of a request becomes part of a path.
    """
    if name not in pages(folder):
        return None
    path = folder / f"{name}.md"
    if not path.resolve().is_relative_to(folder.resolve()):
        return None
    return path.read_text(encoding="utf-8", errors="replace")


def title(markdown: str, alert: str) -> str:
    """Return the first heading, or the alert's name."""
    found = TITLE.search(markdown)
    return found[1].strip() if found else alert


def html(markdown: str) -> str:
    """Return the page's body."""
    return str(MARKDOWN.render(markdown))
