"""Comments that switch findings off: where they count, what they must say, and what is wrong with them."""

from __future__ import annotations

import pytest

from slo.diagnostics import Diagnostic, Place, Severity
from slo.lint.ignores import judge
from slo.load.locate import located

FILE = "slos.yaml"
TEXT = """\
version: 1
service: shop
slos:
  - name: first
    title: "a # slo: ignore SLO125 within a text"
    sli:
      events:
        total: requests_total
        bad: requests_total{code!="200"}
  - name: second
    sli:
      events:
        total: |
          requests_total
        bad: errors_total
"""
BAD = ("slos", 0, "sli", "events", "bad")
SECOND = ("slos", 1, "sli", "events", "bad")
RUN = frozenset(["SLO125", "SLO126", "SLO117"])


def found(code: str, *path: str | int, severity: Severity = Severity.WARNING) -> Diagnostic:
    """A finding somewhere in the file."""
    return Diagnostic(code, Place(FILE, path), "something", severity=severity)


def judged(text: str, *findings: Diagnostic) -> tuple[list[str], list[str], list[str]]:
    """The codes of what is left, the reasons of what is ignored, and what is said about comments."""
    texts = {FILE: text}
    result = judge(located(findings, texts), texts, RUN)
    return (
        [one.code for one in result.kept],
        [one.reason for one in result.ignored],
        [f"{one.code}: {one.message}" for one in result.about_comments],
    )


def with_comment(comment: str, before: str) -> str:
    """The text with a comment alone on a line before another one."""
    line = next(line for line in TEXT.splitlines() if before in line)
    indent = " " * (len(line) - len(line.lstrip()))
    return TEXT.replace(line, f"{indent}{comment}\n{line}", 1)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace('code!="200"}', 'code!="200"}  # slo: ignore SLO126 we send only 200'),
        with_comment("# slo: ignore SLO126 we send only 200", "bad: requests_total"),
        with_comment("# slo: ignore SLO126 we send only 200\n\n        # and more words", "bad: requests_total"),
        with_comment("# slo: ignore SLO126 we send only 200", "- name: first"),
        TEXT.replace("- name: first", "- name: first  # slo: ignore SLO126: we send only 200"),
        with_comment("#slo:ignore slo126 - we send only 200.", "bad: requests_total"),
        with_comment("# slo: ignore SLO125, SLO126 we send only 200", "bad: requests_total"),
    ],
)
def test_places_of_comments(text: str) -> None:
    """On the line, alone above it, or at the first line of the SLO."""
    kept, reasons, _ = judged(text, found("SLO126", *BAD))

    assert (kept, reasons) == ([], ["we send only 200"])


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        with_comment("# slo: ignore SLO126 we send only 200", "- name: second"),
        with_comment("# slo: ignore SLO125 we send only 200", "bad: requests_total"),
        with_comment("# slo: ignore SLO126", "bad: requests_total"),
        TEXT.replace("total: requests_total", "total: requests_total  # slo: ignore SLO126 we send only 200"),
        TEXT.replace('code!="200"}', 'code!="200"}# slo: ignore SLO126 we send only 200'),
        TEXT.replace("          requests_total", "          requests_total # slo: ignore SLO126 x y z"),
    ],
)
def test_comments_elsewhere(text: str) -> None:
    """One of another SLO, of the value above, within a value, of another code or without a reason ignores nothing."""
    assert judged(text, found("SLO126", *BAD))[0] == ["SLO126"]


def test_a_comment_of_one_slo_is_not_for_the_other() -> None:
    """Findings of the second SLO stay."""
    text = with_comment("# slo: ignore SLO126 we send only 200", "- name: first")

    assert judged(text, found("SLO126", *BAD), found("SLO126", *SECOND))[0] == ["SLO126"]


def test_after_a_text_of_many_lines() -> None:
    """A comment below a block of text is a comment."""
    text = with_comment("# slo: ignore SLO117 they count the same", "bad: errors_total")

    assert judged(text, found("SLO117", *SECOND)) == ([], ["they count the same"], [])


def test_a_finding_about_the_file() -> None:
    """What belongs to no SLO is ignored on its line."""
    text = TEXT.replace("service: shop", "service: shop  # slo: ignore SLO117 nobody reads them")

    assert judged(text, found("SLO117", "service"))[0] == []


def test_errors_stay() -> None:
    """An error is never ignored, and the comment is wrong."""
    text = with_comment("# slo: ignore SLO107 we like it", "- name: first")

    kept, _, problems = judged(text, found("SLO107", *BAD, severity=Severity.ERROR))

    assert (kept, problems) == (["SLO107"], ["SLO141: SLO107 is an error, and errors cannot be ignored"])


@pytest.mark.parametrize(
    ("comment", "code", "about"),
    [
        ("# slo: ignore", "SLO141", ""),
        ("# slo: ignore everything here", "SLO141", ""),
        ("# slo: ignore SLO126", "SLO140", "SLO126"),
        ("# slo: ignore SLO126 .", "SLO140", "SLO126"),
        ("# slo: ignore SLO126 x", "SLO140", "SLO126"),
        ("# slo: ignore SLO024 x", "SLO141", "SLO024"),
        ("# slo: ignore SLO999 because", "SLO141", "SLO999"),
        ("# slo: ignore SLO125 because", "SLO142", "SLO125"),
    ],
)
def test_wrong_comments(comment: str, code: str, about: str) -> None:
    """An invalid comment has its own finding, which names the code in the comment."""
    (problem,) = judged(with_comment(comment, "- name: first"), found("SLO126", *BAD))[2]

    assert problem.startswith(f"{code}: ")
    assert about in problem


def test_what_was_not_looked_for_may_be_ignored() -> None:
    """A finding about real metrics cannot be found without them; its comment is not wrong for that."""
    assert judged(with_comment("# slo: ignore SLO134 they are few", "- name: first"))[2] == []


def test_words_that_are_none_of_ours() -> None:
    """Other comments, even about slo, are left alone."""
    for comment in ("# slo: ignored SLO126 by us", "# ignore SLO126 please", "# slo ignore SLO126 please"):
        assert judged(with_comment(comment, "- name: first"), found("SLO126", *BAD)) == (["SLO126"], [], [])


def test_the_place_of_a_wrong_comment() -> None:
    """The finding points at the comment."""
    texts = {FILE: TEXT.replace("service: shop", "service: shop  # slo: ignore SLO126 no reason to be here")}
    (one,) = judge((), texts, RUN).about_comments

    assert one.span is not None
    assert (one.span.line, one.span.column) == (2, 16)
    assert one.excerpt[15:] == "# slo: ignore SLO126 no reason to be here"


def test_a_warning_that_can_be_an_error() -> None:
    """SLO076 is a warning unless --prometheus 2.42 is given: as a warning it can be ignored."""
    text = with_comment("# slo: ignore SLO076 our last old server goes this week", "- name: first")

    assert judged(text, found("SLO076", *BAD)) == ([], ["our last old server goes this week"], [])
    assert judged(text, found("SLO076", *BAD, severity=Severity.ERROR))[0] == ["SLO076"]
