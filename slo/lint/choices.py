"""Writes a regular expression as the values that it matches, where these are few and no wildcard is in it."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\\(?P<escaped>[^a-zA-Z0-9])|(?P<open>\((?:\?:)?)|(?P<other>[|)?])|(?P<literal>[\w:/%@ ~,;<>=#&'\"!-])", re.ASCII
)
_MOST = 20
_DEEPEST = 20
_LONGEST = 500


def choices(pattern: str) -> tuple[str, ...]:
    """All values that a pattern matches, in its order; empty where they cannot be listed."""
    inner = pattern.removeprefix("^").removesuffix("$")
    words = list(_WORDS.finditer(inner))
    if len(inner) > _LONGEST or inner.count("(") > _DEEPEST or "".join(word.group() for word in words) != inner:
        return ()
    found, end = _choice(words, 0)
    return tuple(dict.fromkeys(found)) if end == len(words) and len(found) <= _MOST else ()


def _choice(words: list[re.Match[str]], at: int) -> tuple[list[str], int]:
    """The values of alternatives, up to a closing bracket or the end."""
    found: list[str] = []
    while True:
        values, at = _sequence(words, at)
        found += values
        if at >= len(words) or words[at]["other"] != "|" or len(found) > _MOST:
            return found, at
        at += 1


def _sequence(words: list[re.Match[str]], at: int) -> tuple[list[str], int]:
    found = [""]
    while at < len(words) and words[at]["other"] is None and len(found) <= _MOST:
        values, at = _one(words, at)
        if at < len(words) and words[at]["other"] == "?":
            values, at = [*values, ""], at + 1
        found = [before + value for before in found for value in values]
    return found, at


def _one(words: list[re.Match[str]], at: int) -> tuple[list[str], int]:
    """A character or a group."""
    word = words[at]
    if not word["open"]:
        return [word["escaped"] or word["literal"]], at + 1
    values, at = _choice(words, at + 1)
    closed = at < len(words) and words[at]["other"] == ")"
    return values, at + 1 if closed else len(words) + 1
