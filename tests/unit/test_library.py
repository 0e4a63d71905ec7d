"""The examples of the public face run as they are printed, in its docstrings and on its page."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import slo
from slo import api
from slo.diagnostics import Diagnostic


def test_docstrings() -> None:
    """The examples in the docstrings of `slo` hold."""
    result = doctest.testmod(api)

    assert (result.failed, result.attempted) == (0, 7)


def test_a_text_is_no_sequence_of_targets() -> None:
    """The letters of one name would be no targets, one by one."""
    with pytest.raises(ValueError, match="sequence of names"):
        slo.compile_text("", targets="prometheus")


@pytest.mark.parametrize(("text", "code"), [("service: \ud800", "SLO002"), ("#" * 6_000_000, "SLO003")])
def test_what_no_file_may_say_is_refused(text: str, code: str) -> None:
    """As it is on the command line, by the error that callers expect."""
    with pytest.raises(slo.CompileError) as caught:
        slo.compile_text(text)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_page(root: Path) -> None:
    """The examples of docs/library.md hold."""
    text = (root / "docs" / "library.md").read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, "library.md", None, 0)

    result = doctest.DocTestRunner().run(examples)

    assert (result.failed, result.attempted) == (0, 15)


def test_page_names_everything(root: Path) -> None:
    """Every public name, and every part of a finding that is promised, stands on the page and exists."""
    text = (root / "docs" / "library.md").read_text(encoding="utf-8")

    assert [name for name in slo.__all__ if f"`slo.{name}" not in text] == []
    promised = {"code", "message", "hint", "severity", "span"}
    assert promised <= set(re.findall(r"`(\w+)`", text))
    assert promised <= set(dir(Diagnostic))
