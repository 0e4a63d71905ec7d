"""Regular expressions of matchers: read into a tree, tried on texts, and turned into texts that they match."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.promql.regex.match import matches
from slo.promql.regex.strings import all_strings, some_strings
from slo.promql.regex.syntax import PatternError, parse_pattern

PATTERNS = (
    r"5..",
    r"[45]..|2\d\d",
    r"250(\.0+)?",
    r"(a+)+b|",
    r"/api/v\d{1,3}/(users|items)(/[^/]*)?",
    r"x{0,2}y{2}z{1,}",
    r"^(?:a|b)?$",
    r"\bfoo\b.*",
    r"[^a-f\]-]+",
    r"(?i:get|POST)",
    r"a\.b\*c\\d",
    r"\x41\t?[\x42-\x44]",
    r"(?P<name>a|b|c)\W",
    r".*?-.+?",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_text_made_of_an_expression_matches_it(pattern: str) -> None:
    """By our own reading and by Python's, which is another one."""
    made = some_strings(parse_pattern(pattern))
    assert made
    assert all(matches(parse_pattern(pattern), text) for text in made)
    assert all(re.fullmatch(pattern, text) for text in made)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text("abcdfgoxyzABGETPOS0125./-_ \t\\*]", max_size=12))
def test_texts_are_tried_as_python_tries_them(pattern: str, text: str) -> None:
    """Where both languages mean the same, so do both readings."""
    assert matches(parse_pattern(pattern), text) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"\pL+", "äB", "a1"),
        (r"\PL", "1", "a"),
        (r"[\p{^Lu}x]", "a", "A"),
        (r"[[:alpha:]_]+", "a_B", "a1"),
        (r"[[:^digit:]]", "a", "1"),
        (r"\Qa.b\E", "a.b", "axb"),
        (r"\Aa\z", "a", "b"),
        (r"(?i)straSSe", "STRASSE", "STRASE"),
        (r"(?i)a(?-i)b", "Ab", "AB"),
        (r"(?-s:.)", "a", "\n"),
        (r"a\Bb", "ab", "a b"),
        (r"\D\S\w", "a-b", "1-b"),
    ],
)
def test_what_python_writes_otherwise(pattern: str, matching: str, other: str) -> None:
    """Classes, flags and edges of RE2."""
    tree = parse_pattern(pattern)
    assert matches(tree, matching)
    assert not matches(tree, other)
    assert any(matches(tree, word) for word in some_strings(tree))


def test_an_expression_that_backtracks_takes_no_time() -> None:
    """Each part is tried once from each place, and the number of texts is bounded."""
    nested = "(" * 60 + "a" + "*)" * 60 + "b"
    assert not matches(parse_pattern(nested), "a" * 200)
    assert len(some_strings(parse_pattern("(" + "|".join("abcdefgh") + "){8}" + "[a-z]" * 50))) <= 32


@pytest.mark.parametrize("pattern", ["(", r"\p{Greek}", r"[\p{Han}]"])
def test_what_cannot_be_read(pattern: str) -> None:
    """Mistakes, and scripts, of which Python has no table."""
    with pytest.raises(PatternError):
        parse_pattern(pattern)


def test_texts_end() -> None:
    """What repeats a thousand times is no label."""
    assert some_strings(parse_pattern("a{1000}")) == []
    assert some_strings(parse_pattern("a{1000}|b")) == ["b"]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("a|b(c|d)?|a", ["a", "bc", "bd", "b"]),
        ("^http_(?:requests|errors)_total$", ["http_requests_total", "http_errors_total"]),
        (r"a\.b", ["a.b"]),
        ("[ab]{1,2}", ["aa", "ab", "ba", "bb", "a", "b"]),
        (r"a\Bb|a\bb", ["ab"]),
        ("|".join("abcdefghijklmnopqrst"), [*"abcdefghijklmnopqrst"]),
        ("|".join("abcdefghijklmnopqrstu"), []),
        ("(a|b){1000}", []),
        ("a{1000}", []),
        ("a+", []),
        ("a.", []),
        ("[^a]", []),
        (r"\pZ", []),
        ("(?i)a", []),
    ],
)
def test_all_texts_of_a_small_expression_are_listed(pattern: str, wanted: list[str]) -> None:
    """In its order; nothing where there are more than 20, or where a part is open or ignores case."""
    assert all_strings(parse_pattern(pattern)) == wanted
