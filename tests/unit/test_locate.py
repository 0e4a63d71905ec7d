"""Places in a specification become line and column, also within a value, whatever way YAML spells it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo.diagnostics import Diagnostic, Place, Span
from slo.load.locate import located

QUERY = "sum(rate(x{a='b'}[5m]))"
TEXTS = st.text(st.sampled_from("ab '\"\\\n:#{}[]é\t→🎉%&*!|>-"), min_size=1, max_size=40)


def where(text: str, part: tuple[int, int] | None, *path: str) -> Span | None:
    """The span of a part of the value at a path, `query` if none is given."""
    place = Place("slos.yaml", path or ("query",), part=part)
    (found,) = located([Diagnostic("SLO040", place, "wrong")], {"slos.yaml": text})
    return found.span


def marked(text: str, part: tuple[int, int], *path: str) -> str:
    """The characters of the file that would stand above the carets."""
    span = where(text, part, *path)
    assert span is not None
    return text.split("\n")[span.line - 1][span.column - 1 : span.column - 1 + span.length]


@pytest.mark.parametrize(
    "text",
    [
        f"query: {QUERY}\n",
        f"query:    {QUERY}   # a comment\n",
        f'query: "{QUERY}"\n',
        "query: '" + QUERY.replace("'", "''") + "'\n",
        f"other: 1\nquery: |\n    {QUERY}\n",
        f"query: |-\n  {QUERY}\n",
        f"query: >-\n  {QUERY}\n",
        f"query: >\n\n  {QUERY}\n\nother: 1\n",
        f"query: &a {QUERY}\n",
        f'query: !!str "{QUERY}"\n',
        "query: |2\n  " + QUERY + "\n",
        "query:\n  sum(rate(x{a='b'}[5m]))\n",
    ],
)
def test_a_part_of_a_value_is_found(text: str) -> None:
    """The caret stands under what is meant, in each style of YAML."""
    value = yaml.safe_load(text)["query"]
    assert marked(text, (value.index("rate"), 4)) == "rate"
    assert marked(text, (value.index("["), 4)) == "[5m]"


def test_escapes_take_more_room_than_what_they_say() -> None:
    """A doubled quote and an escape count as one character of the value."""
    assert marked("query: 'a''b''c'\n", (2, 3)) == "b''c"
    assert marked('query: "\\x41\\u00e9\\"b\\\\c"\n', (3, 1)) == "b"
    assert marked('query: "a\\"b"\n', (1, 1)) == "\\"
    assert marked("query: {x: 'a', y: \"\\tb\"}\n", (1, 1), "query", "y") == "b"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("query: sum(\n  rate(x)\n  )\n", 2),
        ('query: "sum(\n   rate(x)\n   )"\n', 2),
        ("query: 'sum(\n\n   rate(x)\n   )'\n", 3),
        ("query: |\n  sum(\n    rate(x)\n  )\n", 3),
        ("query: >\n  sum(\n  rate(x)\n  )\n", 3),
        ("query: >-\n  sum(\n\n  rate(x)\n\n    ) or\n  y\n", 4),
        ('query: "sum(\\\n   rate(x)\\\n   )"\n', 2),
    ],
)
def test_a_part_of_a_later_line_is_found(text: str, line: int) -> None:
    """Values of several lines: the line of the file is shown that holds what is meant."""
    value = yaml.safe_load(text)["query"]
    part = (value.index("rate"), 4)
    span = where(text, part)
    assert span is not None
    assert span.line == line
    assert marked(text, part) == "rate"


def test_what_goes_on_in_the_next_line_is_marked_to_the_end_of_the_first() -> None:
    """The caret line belongs to one line of the file."""
    text = "query: |\n  sum(rate(\n    x))\n"
    assert marked(text, (4, 12)) == "rate("


@pytest.mark.parametrize(
    "text", ["a: &x 'sum(x'\nquery: *x\n", "query: {b: 1}\n", "other: 1\n", "query: abc\n", "query: |\n   \n"]
)
def test_where_the_part_cannot_be_told_the_value_is_marked(text: str) -> None:
    """Aliases, other values than texts, missing keys, a part beyond the end: the place of the value, or around it."""
    assert where(text, (20, 5)) == where(text, None)


@given(TEXTS, st.sampled_from([None, "'", '"', "|", ">"]), st.data())
def test_every_character_is_found_or_the_start_of_the_value(value: str, style: str | None, data: st.DataObject) -> None:
    """Whatever a text holds and however YAML writes it: no crash, and a character that is found is that character."""
    text = yaml.dump({"other": 1, "query": value}, default_style=style, allow_unicode=True, width=20)
    at = data.draw(st.integers(0, len(value) - 1))
    span = where(text, (at, 1), "query")
    assert span is not None
    if span != where(text, None) and value[at].isprintable() and value[at] not in " '\"\\":
        shown = text.split("\n")[span.line - 1][span.column - 1]
        assert shown in {value[at], "\\"}
