"""Collect the pages of the documentation site: a hook of mkdocs, named in mkdocs.yml (`make docs`).

The site has the folders of the repository, so a relative link leads to the same page on a Git host and in the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("[A-Z]*.md", "docs/**/*.md", "runbooks/*.md", "apps/README.md", "loadtest/README.md")
ASSETS = ("docs/site/*",)
CELL = re.compile(r"<td.*?</td>", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s:#]+)")


def pages() -> list[Path]:
    """Return every page of the site."""
    return sorted(path for pattern in PAGES for path in ROOT.glob(pattern))


def linked_files(page: Path) -> set[Path]:
    """Return the files that a page links to and that are not pages: pictures, configurations, sources."""
    targets = ((page.parent / name).resolve() for name in LINK.findall(page.read_text(encoding="utf-8")))
    return {path for path in targets if path.is_file() and path.suffix != ".md" and path.is_relative_to(ROOT)}


def on_page_content(html: str, **_: object) -> str:
    """Return the page without the backslash before a bar in tables, which Python-Markdown keeps in code."""
    return CELL.sub(lambda cell: cell[0].replace(r"\|", "|"), html)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace the files of `docs_dir` by the site's pages and what they link to; keep those of the theme."""
    found = {path for pattern in ASSETS for path in ROOT.glob(pattern)}
    for page in pages():
        found |= {page, *linked_files(page)}
    of_theme = [file for file in files if file.src_dir != config.docs_dir]
    ours = [
        File(path.relative_to(ROOT).as_posix(), str(ROOT), config.site_dir, config.use_directory_urls)
        for path in sorted(found)
    ]
    return Files([*of_theme, *ours])
