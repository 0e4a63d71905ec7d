"""What YAML may be, and the words for what it may not be."""

from __future__ import annotations

import pytest

from slo.diagnostics import Diagnostic
from slo.errors import CompileError
from slo.load import Source, parse


def refused(text: str) -> Diagnostic:
    """The first finding about a text that is not a document."""
    with pytest.raises(CompileError) as caught:
        parse(Source("f", text))
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: off", {"a": "off"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 99.9%", {"a": "99.9%"}),
        ("a: 0.999", {"a": 0.999}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("---\na: 1\n...\n", {"a": 1}),
        ("\ta: 1".strip(), {"a": 1}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("[" * 99 + "]" * 99, None),
    ],
)
def test_plain_data(text: str, data: object) -> None:
    """YAML 1.2: `off` is a word and 1:30 no number; anchors and long texts are fine."""
    found = parse(Source("f", text)).data

    assert data is None or found == data


@pytest.mark.parametrize(
    ("text", "code", "words", "where"),
    [
        ("", "SLO010", "empty", (1, 1)),
        ("a: 1\n---\nb: 1", "SLO007", "second YAML document", (2, 1)),
        ("---\na: 1\n---\n", "SLO007", "second YAML document", (3, 1)),
        ("a: 'x\n", "SLO004", "unclosed", (1, 4)),
        ("a: [1\nb: 2\n", "SLO004", "not closed", (1, 4)),
        ("a:\n  - 1\n b: 2\n", "SLO004", "indentation", (3, 2)),
        ("a:\n - 1\n - 2\n  - 3\n x: 4", "SLO004", "fit the list above", (5, 2)),
        ("a: - 1", "SLO004", "list item is not possible here", (1, 4)),
        ("a: 1\nb\nc: 2", "SLO004", "neither a key", (3, 1)),
        ("%foo\n---\na: 1", "SLO004", "unknown directive", (1, 5)),
        ("a: `x`", "SLO004", 'cannot start with "`"', (1, 4)),
        ('a: "\\ud800"', "SLO004", "invalid escape", (1, 7)),
        ("a: \x07", "SLO004", "U+0007", (1, 4)),
        ("a: 1\nb: \x00", "SLO004", "U+0000", (2, 4)),
        ("a: {x: 1, y: z{w=1}}", "SLO004", "needs quotes", (1, 15)),
        ("{a: 1}: 2", "SLO019", "cannot be a key", (1, 1)),
        ('"a" "b"', "SLO004", "the document ends before this", (1, 5)),
        ("a:\n\tb: 1", "SLO005", "tab", (2, 1)),
        ("a: &a [*a]", "SLO008", "contains itself", (1, 4)),
    ],
)
def test_refusals(text: str, code: str, words: str, where: tuple[int, int]) -> None:
    """Each kind of broken YAML has its own words, and its place."""
    finding = refused(text)

    assert finding.code == code
    assert words in finding.message
    assert finding.span is not None
    assert (finding.span.line, finding.span.column) == where


def test_all_duplicates_are_told() -> None:
    """Every duplicate key is found, on all levels, but what an alias repeats is not."""
    text = "a: &x {k: 1, k: 2}\nb: *x\na: 3\nc: [{d: 1, d: 1}]\n? [x]\n: 1\n"
    with pytest.raises(CompileError) as caught:
        parse(Source("f", text))

    places = [(d.span.line, d.span.column) for d in caught.value.diagnostics if d.span]
    assert sorted(places) == [(1, 14), (3, 1), (4, 12)]


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "[{a: ["])
def test_deep_nesting(piece: str) -> None:
    """Nesting of any kind is refused, at a place, without recursion."""
    finding = refused(piece * 20_000)

    assert finding.code == "SLO008"
    assert finding.span is not None


def test_brackets_in_texts_are_no_nesting() -> None:
    """Many opening brackets in texts are looked at twice, and are fine."""
    text = "a:\n" + "".join(f"  - 'x{{y=\"[{n}'\n" for n in range(500))

    data = parse(Source("f", text)).data

    assert isinstance(data, dict)
    assert len(data["a"]) == 500


def test_broken_text_with_many_brackets() -> None:
    """When such a text is broken as well, the reason is the broken part."""
    assert refused("a: 'x\n" + "[" * 500).code == "SLO004"


def test_alias_bomb() -> None:
    """Exponential aliases are refused, at the first of them."""
    text = "a: &a [1,1,1,1,1,1,1,1]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 8)}]\n" for n in range(12)
    )
    finding = refused(text)

    assert finding.code == "SLO009"
    assert finding.span is not None
    assert finding.span.line == 2


def test_findings_have_a_limit() -> None:
    """A file that is wrong everywhere is refused with a thousand findings, not with millions."""
    with pytest.raises(CompileError) as caught:
        parse(Source("f", "a: 1\n" * 3_000))

    assert len(caught.value.diagnostics) == 1_000
