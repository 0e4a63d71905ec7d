"""Keeps docs/benchmarks.md: each benchmark replaces its own section and leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


class PageError(Exception):
    """The page has no place for this section."""


def with_section(page: str, name: str, body: str) -> str:
    """The page with another text between the marks of a section.

    Raises:
        PageError: the page does not have both marks, in this order.
    """
    start, end = f"<!-- bench {name} -->\n", f"<!-- end of bench {name} -->\n"
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise PageError(f"{PAGE.name} has no section between {start.strip()!r} and {end.strip()!r}; add both lines")
    return f"{before}{start}\n{body.strip()}\n\n{end}{after}"


def write_section(name: str, body: str) -> None:
    """Replace a section of the page on disk."""
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), name, body), encoding="utf-8")
