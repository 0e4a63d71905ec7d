"""Every code has a page, which docs/errors.md repeats, and every page has a code that is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slo.diagnostics import pages

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r'"(SLO\d{3})"')
PAGE = ROOT / "docs" / "errors.md"
INTRODUCTION = """\
# Messages and their codes

Each message of `slo` has a place, a code, what is wrong, and the fix:

{example}Codes never change their meaning. Errors stop the build, and nothing is written. Warnings do not, but
`slo lint --strict` counts them as errors. Infos appear in `slo lint` alone, except for the series of groups (SLO111).
`slo explain SLO024` prints a part of this page.

A comment with a reason ignores a warning or an info: on its line, alone on a line above it, or on the first line of the
SLO. Errors cannot be ignored.

    # slo: ignore SLO125 a wrong address is a mistake of our own apps

This page is generated from `slo/diagnostics/pages` and the examples in `tests/golden`: run
`pytest --update-golden tests/unit/test_catalogue.py` after changing one of them.
"""


def codes_in_source() -> set[str]:
    """Every code that the compiler's modules mention."""
    return {code for path in (ROOT / "slo").rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}


def example(code: str) -> str:
    """The first message with this code among the golden mistakes, as an indented block; empty when there is none."""
    golden = ROOT / "tests" / "golden"
    for path in (*sorted(golden.glob("errors/*/stderr.txt")), *golden.glob(f"lints/{code}/stderr.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        starts = [n for n, line in enumerate(lines) if f"[{code}]: " in line]
        if starts:
            quote = [line for line in lines[starts[0] + 1 : starts[0] + 3] if re.match(r" +\d* ?\| ", line)]
            return "".join(f"    {line}".rstrip() + "\n" for line in [lines[starts[0]], *quote]) + "\n"
    return ""


def errors_page() -> str:
    """Return the text of docs/errors.md."""
    sections = [
        f"\n## {code}: {page.title}\n\n{example(code)}{page.reason}\n\n**Fix:** {page.fix}"
        f"{'' if page.severity == 'error' else f' (This is {_article(page.severity)}.)'}\n"
        for code, page in ((code, pages.page(code)) for code in pages.codes())
    ]
    return INTRODUCTION.replace("{example}", example("SLO024")) + "".join(sections)


def _article(severity: str) -> str:
    return f"an {severity}" if severity == "info" else f"a {severity}"


def test_every_code_has_a_page() -> None:
    """`slo explain` knows each code that is used."""
    assert codes_in_source() <= set(pages.codes())


def test_every_page_is_used() -> None:
    """No page explains a code that nothing reports."""
    assert set(pages.codes()) == codes_in_source()


@pytest.mark.parametrize("code", pages.codes())
def test_pages_are_complete(code: str) -> None:
    """Every page has a title without a full stop, and sentences for the rest."""
    page = pages.page(code)

    assert not page.title.endswith(".")
    assert page.reason.endswith(".")
    assert page.fix.endswith(".")


def test_page_is_current(update_golden: bool) -> None:  # noqa: FBT001 - a fixture
    """docs/errors.md is generated from the pages and the golden cases."""
    if update_golden:
        PAGE.write_text(errors_page(), encoding="utf-8", newline="\n")

    assert PAGE.read_text(encoding="utf-8") == errors_page()
