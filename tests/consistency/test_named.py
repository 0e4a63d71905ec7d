"""What pages name exists: files of the checkout, codes of findings, pictures."""

import re
import runpy

import pytest

from tests.consistency.pages import Page, read
from tests.consistency.test_docs import PAGES, ROOT, ids

FOLDERS_OF_ROOT = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"build"}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_paths_exist(page: Page) -> None:
    """Every file of the checkout that a page names in code exists; of one with a placeholder, its folder."""
    named = [span for span in page.code_spans if "/" in span and span.partition("/")[0] in FOLDERS_OF_ROOT]
    paths = {re.sub(r"[^/]*[<*{].*|[ :].*", "", span) for span in named if not span.startswith((".cache", ".venv"))}

    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_codes_exist(page: Page) -> None:
    """Every code of a finding that a page names has a page of its own."""
    known = {path.stem for path in (ROOT / "slo" / "diagnostics" / "pages").glob("SLO*.md")} | {"SLO999"}  # an example

    assert set(re.findall(r"\bSLO\d{3}\b", page.path.read_text(encoding="utf-8"))) <= known


def test_pictures_of_concepts_are_current() -> None:
    """The pictures are what the script draws, and each term has one."""
    script = ROOT / "docs" / "pictures" / "concepts.py"
    drawn = runpy.run_path(str(script))["drawn"]()
    concepts = read(ROOT / "docs" / "concepts.md")

    assert {path.name: path.read_text() for path in (script.parent / "concepts").iterdir()} == drawn
    assert {f"pictures/concepts/{name}" for name in drawn} <= set(concepts.links)
