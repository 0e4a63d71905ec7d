"""Constructs in a query that Prometheus 2.42 cannot read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.promql.functions import NEWER
from slo.promql.tokens import Token, tokens, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_FUNCTIONS = "|".join(sorted(NEWER))
_OFFSET = r"(?i:ffset) ?[-+]? ?\d+(?!\w)"
_POSSIBLE = re.compile(rf'\{{ ?"|\( ?"|, ?"|__name__|\[ ?\d+ ?[\]:]|: ?\d+ ?\]|o{_OFFSET}|O{_OFFSET}|{_FUNCTIONS}')
"""Part of every query with a newer construct, and of few others.

Each alternative begins with one character, so that the search skips to it: ten times as fast as with sets of them.
"""
_GROUPING = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_MATCHING = frozenset({"=", "!=", "=~", "!~"})


def newer(query: str) -> Iterator[str]:
    """Yield everything in a query that came later than the oldest server."""
    for word in _words(query) if _POSSIBLE.search(query) else ():
        text = word.token.text
        if word.token.kind == "string":
            yield from [f"the name {text}"] * (_is_name(word) or _is_new_metric(word))
        elif text in NEWER and word.after == "(":
            yield f"the function {text}"
        elif word.token.kind == "number" and text.isdecimal() and (word.inside == "[" or word.before[-1] == "offset"):
            yield f"the duration {text} without a unit"


class _Word(msgspec.Struct, frozen=True):
    """A word of a query, the two words before it, the one after it, and the bracket or call around it."""

    token: Token
    before: tuple[str, str]
    after: str
    inside: str


def _words(text: str) -> Iterator[_Word]:
    words = [word for word in tokens(text) if word.kind not in {"space", "comment"}]
    texts = ["", "", *(word.text for word in words), ""]
    opened = [""]
    for number, word in enumerate(words):
        before = (texts[number], texts[number + 1])
        if word.text in {")", "}", "]"}:
            opened.pop()
        yield _Word(word, before, texts[number + 3], opened[-1])
        if word.text in {"(", "{", "["}:
            opened.append(before[-1] if word.text == "(" else word.text)


def _is_name(word: _Word) -> bool:
    """Whether a string is the name of a metric or a label."""
    if word.inside == "{":
        return word.before[-1] in {"{", ","} and word.after in {*_MATCHING, ",", "}"}
    return word.inside in _GROUPING


def _is_new_metric(word: _Word) -> bool:
    """Whether a matcher of `__name__` has a name that only newer servers have."""
    return word.before == ("__name__", "=") and not _plain(unquoted(word.token))


def _plain(name: str) -> bool:
    return name.isascii() and name.replace(":", "_").isidentifier()
