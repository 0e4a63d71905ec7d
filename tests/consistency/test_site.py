"""The documentation as a site (`make docs`): complete, without a network, and the same as on a Git host."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.consistency.pages import Page, read
from tools.docsite import pages

ROOT = Path(__file__).parents[2]
PAGES = [read(path) for path in pages()]
PARTS = {
    "heading_open": "heading",
    "ordered_list_open": "ol",
    "bullet_list_open": "ul",
    "list_item_open": "li",
    "table_open": "table",
    "fence": "pre",
    "code_block": "pre",
}


class Article(HTMLParser):
    """Count headings, list items, tables and code blocks of the page itself, and what the page fetches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.fetched: list[str] = []
        self.text = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a part of the article; note what another server would have to answer."""
        self._inside |= tag == "article"
        if self._inside:
            self.found[re.sub(r"^h[1-6]$", "heading", tag)] += 1
        address = dict(attrs).get("href" if tag == "link" else "src") or ""
        if tag in {"script", "link", "img", "iframe"} and re.match(r"(https?:)?//", address):
            self.fetched.append(address)

    def handle_data(self, data: str) -> None:
        """Collect the text of the article."""
        self.text += data if self._inside else ""

    def handle_endtag(self, tag: str) -> None:
        """Stop at the end of the article."""
        self._inside &= tag != "article"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in strict mode: a broken link, a missing heading or a page without its place is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def rendered(site: Path, page: Page) -> Article:
    """Return the page as the site shows it."""
    place = page.path.relative_to(ROOT)
    name = "index.html" if place.name == "README.md" else f"{place.stem}.html"
    return Article((site / place.parent / name).read_text(encoding="utf-8"))


def test_every_page_is_the_same_in_the_site(site: Path) -> None:
    """The two Markdown dialects agree: no list, code block or table of a page falls apart in the site."""
    differing = {}
    for page in PAGES:
        wanted = Counter(PARTS[token.type] for token in page.tokens if token.type in PARTS)
        found = rendered(site, page).found
        shown = Counter({part: found[part] for part in wanted})
        if shown != wanted:
            differing[page.path.name] = (dict(wanted), dict(shown))

    assert differing == {}


def test_code_is_the_same_in_the_site(site: Path) -> None:
    """What a reader copies from the site is what the page has, in tables too."""
    missing = []
    for page in PAGES:
        text = rendered(site, page).text
        missing += [(page.path.name, span) for span in page.code_spans if span not in text]

    assert missing == []


def test_no_page_fetches_anything(site: Path) -> None:
    """The site works without a network: no font, script or picture comes from another server."""
    assert [address for page in PAGES for address in rendered(site, page).fetched] == []


def test_search_needs_no_server(site: Path) -> None:
    """A page that is opened as a file loads the index as a script, and every page is in it."""
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")

    assert index.startswith("var __index = ")
    assert [page.path.name for page in PAGES if page.headings(1)[0] not in index] == []
