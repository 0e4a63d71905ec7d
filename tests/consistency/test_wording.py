"""Plain words: patterns that stop a reader are in no page, message or docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consistency.pages import Page, read
from tools.docsite import pages

ROOT = Path(__file__).parents[2]
PACKAGES = ("slo", "apps", "box", "loadtest", "bench", "tools", "monitoring")
PATTERNS = {
    r"\b(?:whoever|nobody|somebody|anybody)\b": 'name the role: "you", "a visitor", "the caller"',
    r"\b(?:that|which|it|this) (?:is|are) none\b": 'name it: "needless", "invalid", "not a ..."',
    r"\b(?:hears?|tells?|told) of\b": 'use the term: "no alert fires", "reports"',
    r"\bstands? (?:twice|there|in (?:the|a|this|its))\b": '"duplicate", "is"',
    r"\bheld by\b|\bhold(?:s|ing)? [^.;:]{1,40} against\b": '"tested by", "compared with"',
    r"\bcomplain(?:s|ts?)?\b": '"no issues found", "reports"',
    r"\bbugs? of slo\b": '"a bug in slo"',
    r"\bcounted as failed\b": '"missing data is not an error"',
    r"\b(?:anew|what becomes of|what (?:it|they) knows?)\b": '"again", "the result", "coverage"',
    r"\bma(?:k|d)es? up for\b|\bmaking up for\b": '"backfill", "replaces missed records"',
}
"""Pattern -> what to write instead; docs and messages follow the words of Prometheus and the SRE workbook."""


def prose(page: Page) -> Iterator[str]:
    """Yield the text of a page block by block, with a mark in place of code."""
    marks = {"softbreak": " ", "code_inline": "`"}
    for token in page.tokens:
        if token.children:
            yield "".join(marks.get(child.type, child.content) for child in token.children)


def found(texts: Iterator[str]) -> list[str]:
    """Return where a pattern matches, with what to write instead."""
    return [
        f"{match[0]!r} in {text[max(0, match.start() - 40) : match.end() + 40]!r}: write {instead}"
        for text in texts
        for pattern, instead in PATTERNS.items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_are_in_plain_words(path: Path) -> None:
    """No page has one of the patterns."""
    assert found(prose(read(path))) == []


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a module: docstrings, messages, help."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield " ".join(node.value.split())


@pytest.mark.parametrize("package", PACKAGES)
def test_code_is_in_plain_words(package: str) -> None:
    """No docstring and no message has one of the patterns."""
    paths = sorted((ROOT / package).rglob("*.py"))

    assert paths
    assert [f"{path.relative_to(ROOT)}: {each}" for path in paths for each in found(texts(path))] == []


def test_a_pattern_would_be_found() -> None:
    """The test above can fail."""
    text = "Whoever misses a tile hears of it; a rule that is none stands twice, held by a test"

    assert len(found(iter([text]))) == 5
