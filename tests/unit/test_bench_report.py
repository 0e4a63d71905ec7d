"""Tables of the benchmarks, and the page that holds them."""

import pytest

from bench.__main__ import BENCHES
from bench.deviation import Deviations
from bench.page import PageError, page_of, with_section
from bench.report import Report, Table, ratio

MEASURED = {
    "correlation": "tests/e2e/test_correlation.py",
    "outages": "tests/e2e/test_outage.py",
    "floods": "tests/e2e/test_floods.py",
    "alerts": "tests/e2e/test_alerts.py",
}
"""Tables of end-to-end tests, and where these are."""
PAGE_OF_TWO = (
    "# Figures\n\n<!-- bench a -->\nold a\n<!-- end of bench a -->\n\n<!-- bench b -->\nb\n<!-- end of bench b -->\n"
)


def test_a_table_has_its_columns_in_line() -> None:
    """A terminal shows the Markdown of a table as a table: every line has the same length."""
    lines = Table(("what", "ms"), (("a long name", "1"), ("b", "1,234"))).text().splitlines()

    assert lines == [
        "| what        |    ms |",
        "| ----------- | ----: |",
        "| a long name |     1 |",
        "| b           | 1,234 |",
    ]


def test_a_report_separates_its_parts() -> None:
    """Markdown needs an empty line between a paragraph and a table."""
    assert Report("x", ("said", Table(("a",), (("1",),)))).text().startswith("said\n\n| a |")


@pytest.mark.parametrize(("ours", "theirs", "text"), [(1, 2, "0.50"), (3, 1, "3.00"), (1, 845, "0.0012"), (1, 0, "-")])
def test_a_ratio_keeps_the_digits_that_matter(ours: float, theirs: float, text: str) -> None:
    """Two decimals, or two digits when the ratio is small; nothing is divided by zero."""
    assert ratio(ours, theirs) == text


def test_a_section_is_replaced_and_the_rest_stays() -> None:
    """The figures of the other benchmarks stay, and writing is idempotent."""
    once = with_section(PAGE_OF_TWO, "a", "new\n")

    assert "old a" not in once
    assert once.replace("\nnew\n\n", "old a\n") == PAGE_OF_TWO
    assert with_section(once, "a", "new") == once


def test_a_page_without_the_section_is_refused() -> None:
    """A section is never appended."""
    with pytest.raises(PageError, match="bench c"):
        with_section(PAGE_OF_TWO, "c", "new")


@pytest.mark.parametrize("name", [*BENCHES, *MEASURED])
def test_every_table_has_its_section(name: str) -> None:
    """`--write-docs` works for every benchmark and measured test, and the page has the command that prints it again."""
    page = page_of(name).read_text(encoding="utf-8")

    assert with_section(page, name, "new").count("\nnew\n") == 1
    assert MEASURED.get(name, f"python -m bench {name}") in page


def test_deviations_tell_the_middle_and_the_worst() -> None:
    """Both in percent of the counted ratio."""
    seen = Deviations()
    for recorded in (0.010, 0.011, 0.008):
        seen.add(recorded, 0.010)

    assert (seen.median, seen.worst, seen.both) == ("10.00", "20.00", "10.00 / 20.00")


def test_missing_and_broken_values_are_told() -> None:
    """A value that is absent or no number is no good value: it is counted and named."""
    seen = Deviations()
    for recorded in (0.01, None, float("nan"), float("inf")):
        seen.add(recorded, 0.01)

    assert seen.worst == "0.00, NaN x 2, none x 1"
    assert Deviations().both == "- / -"
