"""Places in YAML texts: every key and value is found again."""

from __future__ import annotations

import pytest

from slo.diagnostics import Diagnostic, Place
from slo.load.locate import located
from slo.load.tree import events_to_tree, every_mapping

TEXT = """\
a: plain
"quoted key": 'single'
b:
  - {c: 1, d: [x, y]}
  - e: |
      literal
f: &anchor {g: h}
i: *anchor
j:
k: "double"
l: one
  two
"""


def found(*path: str | int, on_key: bool = False) -> tuple[int, int, int]:
    """Line, column and length of a place of the text."""
    place = Place("file", path, on_key=on_key)
    (diagnostic,) = located([Diagnostic("SLO013", place, "")], {"file": TEXT})
    assert diagnostic.span is not None
    assert diagnostic.excerpt == TEXT.splitlines()[diagnostic.span.line - 1]
    return diagnostic.span.line, diagnostic.span.column, diagnostic.span.length


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ((), (1, 1, 1)),
        (("a",), (1, 4, 5)),
        (("quoted key",), (2, 15, 8)),
        (("b",), (3, 1, 1)),
        (("b", 0), (4, 6, 1)),
        (("b", 0, "c"), (4, 9, 1)),
        (("b", 0, "d", 1), (4, 19, 1)),
        (("b", 1, "e"), (5, 8, 1)),
        (("f", "g"), (7, 16, 1)),
        (("i", "g"), (7, 16, 1)),
        (("j",), (9, 1, 1)),
        (("l",), (11, 4, 3)),
    ],
)
def test_value(path: tuple[str | int, ...], where: tuple[int, int, int]) -> None:
    """A value is found by its path; mappings are shown by their key, empty values too."""
    assert found(*path) == where


def test_key() -> None:
    """A finding about a key underlines the key."""
    assert found("quoted key", on_key=True) == (2, 1, 12)


@pytest.mark.parametrize("path", [("a", "deeper"), ("a", 3)])
def test_place_that_is_not_there(path: tuple[str | int, ...]) -> None:
    """A place that the text does not have is shown at the nearest one that it has."""
    assert found(*path) == (1, 4, 5)


def test_missing_key_of_a_list_item() -> None:
    """What is missing in an item is shown at its first key."""
    assert found("b", 0, "z") == (4, 6, 1)


def test_findings_are_sorted_by_place() -> None:
    """Findings come in the order of the files and lines, whoever found them."""
    places = [Place("b", ("a",)), Place("a", ("k",)), Place("a", ("a",)), Place("unread")]
    texts = {"b": TEXT, "a": TEXT}

    result = located([Diagnostic("SLO013", place, "") for place in places], texts)

    assert [(d.place.file, d.place.path) for d in result] == [
        ("b", ("a",)),
        ("a", ("a",)),
        ("a", ("k",)),
        ("unread", ()),
    ]
    assert result[-1].span is None


def test_broken_text_has_no_places() -> None:
    """A finding in a text that is not YAML stays without a place instead of failing."""
    (diagnostic,) = located([Diagnostic("SLO013", Place("f", ("a",)), "")], {"f": "a: [b"})

    assert diagnostic.span is None


def test_mappings_behind_aliases_are_visited_once() -> None:
    """A mapping that several aliases name is one mapping."""
    root = events_to_tree("a: &x {b: 1}\nc: [*x, *x]\n")
    assert root is not None
    assert len(list(every_mapping(root))) == 2


def test_empty_text() -> None:
    """There is no tree of nothing."""
    assert events_to_tree("") is None
