"""The pages below docs/ with figures: each benchmark replaces its own section."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "benchmarks.md"
OTHER_PAGES = {"alerts": DOCS / "platform-alerts.md", "serve": DOCS / "serve.md"}
"""Section -> its page, where that is not PAGE."""


class PageError(Exception):
    """The page has no place for this section."""


def with_section(page: str, name: str, body: str) -> str:
    """Return the page with another text between the marks of a section.

    Raises:
        PageError: the page does not have both marks, in this order.
    """
    start, end = f"<!-- bench {name} -->\n", f"<!-- end of bench {name} -->\n"
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise PageError(f"no section between {start.strip()!r} and {end.strip()!r}; add both lines")
    return f"{before}{start}\n{body.strip()}\n\n{end}{after}"


def write_section(name: str, body: str) -> None:
    """Replace a section on disk."""
    page = page_of(name)
    page.write_text(with_section(page.read_text(encoding="utf-8"), name, body), encoding="utf-8")


def page_of(name: str) -> Path:
    """Return the page that holds a section."""
    return OTHER_PAGES.get(name, PAGE)
