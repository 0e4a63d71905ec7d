"""Finds runbooks and renders their Markdown as safe HTML."""

import re
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt

LOCAL = re.compile(r"\b127\.0\.0\.1:(\d{1,5})\b")
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


def with_ports(markdown: str, ports: Mapping[int, int]) -> str:
    """Return a page with the ports of this machine's servers replaced."""
    return LOCAL.sub(lambda found: f"127.0.0.1:{ports.get(int(found[1]), found[1])}", markdown)


def html(markdown: str) -> str:
    """Return the page's body."""
    return str(MARKDOWN.render(markdown))
