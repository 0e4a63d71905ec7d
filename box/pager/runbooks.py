"""Finds runbooks and turns their Markdown into HTML that can do no harm."""

import re
from pathlib import Path

from markdown_it import MarkdownIt

TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)
# Raw HTML in a runbook is shown as text; links to scripts are refused by the library itself.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def names(folder: Path) -> list[str]:
    """Return the alerts that have a runbook; README and other lower-case pages are none."""
    return sorted(path.stem for path in folder.glob("*.md") if path.stem[:1].isupper() and path.stem != "README")


def text(folder: Path, alert: str) -> str | None:
    """Return the Markdown of a runbook, None when there is none.

    The name is looked up in the list of the folder, so that no name from outside ever becomes part of a path.
    """
    if alert not in names(folder):
        return None
    path = folder / f"{alert}.md"
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
