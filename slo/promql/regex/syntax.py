"""The syntax tree of a regular expression as Prometheus reads it (RE2 syntax, anchored at both ends)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import msgspec

from slo.promql.regex.check import ITEM, PIECES, regex_problem

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

_LAST = 0x10FFFF
_SPANS = {
    "d": ((48, 57),),
    "s": ((9, 10), (12, 13), (32, 32)),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
}
_POSIX = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((97, 122), (65, 90)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _SPANS["d"],
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": _SPANS["w"],
    "xdigit": ((48, 57), (97, 102), (65, 70)),
}
_CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_CATEGORIES = frozenset("CLMNPSZ")
_EDGES = {"^": "start", "$": "end", r"\A": "start", r"\z": "end", r"\b": "border", r"\B": "inside"}

Spans = tuple[tuple[int, int], ...]


class PatternError(ValueError):
    """The expression is invalid in Prometheus, or has an unsupported character class."""


class Chars(msgspec.Struct, frozen=True):
    """One character of these spans or Unicode categories; `^` before a category excludes it."""

    spans: Spans
    categories: tuple[str, ...] = ()
    negated: bool = False
    folded: bool = False

    def has(self, character: str) -> bool:
        """Whether the class contains the character."""
        both = {character.lower(), character.upper()} if self.folded else {character}
        return any(map(self._listed, both)) != self.negated

    def _listed(self, text: str) -> bool:
        if len(text) != 1:  # the upper case of some letters is two letters
            return False
        code, category = ord(text), unicodedata.category(text)
        named = any(category.startswith(name.lstrip("^")) != name.startswith("^") for name in self.categories)
        return named or any(low <= code <= high for low, high in self.spans)


class Join(msgspec.Struct, frozen=True):
    """A concatenation."""

    parts: tuple[Pattern, ...]


class Choice(msgspec.Struct, frozen=True):
    """An alternation."""

    options: tuple[Pattern, ...]


class Repeat(msgspec.Struct, frozen=True):
    """A repetition; unlimited without `most`."""

    inner: Pattern
    least: int
    most: int | None


class Edge(msgspec.Struct, frozen=True):
    """A zero-width assertion: `start` or `end` of the text, a word `border`, or `inside` for no word border."""

    kind: str


Pattern = Chars | Join | Choice | Repeat | Edge


def parse_pattern(text: str) -> Pattern:
    """Parse a regular expression.

    Raises:
        PatternError: the expression is invalid or unsupported.
    """
    if problem := regex_problem(text):
        raise PatternError(problem)
    return _Parser(list(PIECES.finditer(text))).choice("s")


class _Parser:
    """Parse pieces into a tree; flags are letters such as `i` and `s`."""

    def __init__(self, pieces: Sequence[re.Match[str]]) -> None:
        self._pieces = iter(pieces)

    def choice(self, flags: str) -> Pattern:
        """Parse up to the closing bracket of the group, or to the end."""
        options: list[list[Pattern]] = [[]]
        for piece in self._pieces:
            kind, text = piece.lastgroup, piece.group()
            if kind == "group" and text.endswith(")"):
                flags = _flags(text, flags)
            elif kind == "group":
                options[-1].append(self.choice(_flags(text, flags)))
            elif kind in {"repeat", "times"}:
                options[-1].append(_repeated(options[-1].pop(), piece))
            elif text == "|":
                options.append([])
            elif text == ")":
                break
            else:
                options[-1].append(_single(piece, flags))
        made = tuple(Join(tuple(parts)) for parts in options)
        return made[0] if len(made) == 1 else Choice(made)


def _flags(group: str, flags: str) -> str:
    """Return the flags after `(?i)` or within `(?i:`; a minus removes the flags after it."""
    if not group.startswith("(?") or group.startswith("(?P"):
        return flags
    more, _, less = group[2:-1].partition("-")
    return "".join(sorted({*flags, *more} - {*less}))


def _repeated(inner: Pattern, piece: re.Match[str]) -> Repeat:
    if piece["low"] is not None:
        least = int(piece["low"])
        most = int(piece["high"]) if piece["high"] else None if piece["comma"] else least
        return Repeat(inner, least, most)
    sign = piece.group()[0]
    return Repeat(inner, int(sign == "+"), 1 if sign == "?" else None)


def _single(piece: re.Match[str], flags: str) -> Pattern:
    kind, text, folded = piece.lastgroup, piece.group(), "i" in flags
    if text in _EDGES:
        return Edge(_EDGES[text])
    if text == ".":
        return Chars((), negated=True) if "s" in flags else Chars(((10, 10),), negated=True)
    if kind == "class":
        return _class(text, folded=folded)
    if text.startswith(r"\Q"):
        return Join(tuple(Chars(((ord(c), ord(c)),), folded=folded) for c in text[2:-2]))
    (item,) = ITEM.finditer(text)
    spans, categories = _item(item)
    return Chars(spans, categories, folded=folded)


def _class(text: str, *, folded: bool) -> Chars:
    """Parse a character class."""
    negated = text.startswith("[^")
    items = list(ITEM.finditer(text[1 + negated : -1]))
    spans: list[tuple[int, int]] = []
    categories: list[str] = []
    index = 0
    while index < len(items):
        found, named = _item(items[index])
        if len(items) > index + 2 and items[index + 1].group() == "-" and len(found) == 1 and not named:
            found, index = ((found[0][0], _item(items[index + 2])[0][0][1]),), index + 2
        spans += found
        categories += named
        index += 1
    return Chars(tuple(spans), tuple(categories), negated, folded)


def _item(item: re.Match[str]) -> tuple[Spans, tuple[str, ...]]:
    """Return the spans and categories of one escape or one item of a class."""
    if item["posix"] is not None:
        return _inverted(_POSIX[item["posix"]], invert="^" in item.group()), ()
    if item["set"]:
        letter = item["set"][1]
        return _inverted(_SPANS[letter.lower()], invert=letter.isupper()), ()
    if name := item["name"] or item["letter"]:
        return (), (_category(name, inverted=(item.group()[1] == "P") != ("{^" in item.group())),)
    code = _code(item)
    return ((code, code),), ()


def _category(name: str, *, inverted: bool) -> str:
    if name == "Any":
        return "^?" if not inverted else "?"
    if name[0] not in _CATEGORIES or len(name) > 2:  # noqa: PLR2004 - Lu is a category, Latin a script
        msg = f"the Unicode script {name} is not supported"
        raise PatternError(msg)
    return "^" * inverted + name


def _inverted(spans: Spans, *, invert: bool) -> Spans:
    if not invert:
        return spans
    found, low = [], 0
    for first, last in sorted(spans):
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    return (*found, (low, _LAST))


def _code(item: re.Match[str]) -> int:
    if item["octal"]:
        return int(item["octal"], 8)
    if item["long"] or item["hex"]:
        return int(item["long"] or item["hex"], 16)
    escaped = item["escaped"]
    return ord(item["plain"]) if not escaped else _CONTROLS.get(escaped, ord(escaped))
