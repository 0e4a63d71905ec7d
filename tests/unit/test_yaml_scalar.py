"""Scalars and blocks as YAML: every reader sees the text that was written."""

import pytest
import ryaml
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo.yaml_scalar import block, scalar

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text("yYnNoOfFtTrRuUeEsSaAlL~:-#'\"{}[]!&*?|>%@` \n\t\\0123456789._"),
)
AWKWARD = ["", " ", "on", "No", "null", "~", "1.0", "0x1", "1:30", "a: b", "a #b", "- a", "2020-01-01", "a:", "=", "<<"]


@given(TEXTS)
def test_a_scalar_read_is_the_text(text: str) -> None:
    """PyYAML and the compiler's own parser agree, as a value and as a key."""
    document = f"{scalar(text)}: {scalar(text)}\n"
    for read in (yaml.safe_load, ryaml.loads):  # type: ignore[attr-defined]
        assert read(document) == {text: text}


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    """No number, no truth value, no date, no nothing."""
    for read in (yaml.safe_load, ryaml.loads):  # type: ignore[attr-defined]
        assert read(f"a: {scalar(text)}\n") == {"a": text}


@given(TEXTS)
def test_a_scalar_is_on_one_line(text: str) -> None:
    """Indentation cannot be broken by a text."""
    assert len(scalar(text).splitlines()) == 1


def test_plain_where_that_is_safe() -> None:
    """Quotes are for what needs them."""
    assert [scalar(text) for text in ("slo:events:5m", "no", "it's", "a b")] == [
        "slo:events:5m",
        "'no'",
        '"it\'s"',
        "'a b'",
    ]


def test_several_lines_are_a_block() -> None:
    """An expression keeps its lines, without one more at its end."""
    text = "a\n  * b\nand c"
    assert yaml.safe_load(f"expr: {block(text, 4)}\n") == {"expr": text}
    assert block("a", 4) == "a"
