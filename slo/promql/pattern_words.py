"""Texts that a regular expression matches, made from its parts: a bounded number of them, the plainest first."""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from slo.promql.pattern import Chars, Choice, Edge, Join, Pattern, Repeat
from slo.promql.pattern_match import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST = 32
_MOST_OPTIONS = 128
_MOST_CHARACTERS = 4
_LONGEST = 512
_PLAIN = "0a1xA_-./: z9"


def words(pattern: Pattern) -> list[str]:
    """The texts; none where they would be long."""
    return [text for text in _texts(pattern) if matches(pattern, text)]


def _texts(node: Pattern) -> list[str]:
    """Texts of a part; conditions on the place, such as the border of a word, are left out of account."""
    limit = _MOST_OPTIONS if isinstance(node, Choice) else _MOST
    found = (text for text in _words(node) if len(text) <= _LONGEST)
    return list(dict.fromkeys(islice(found, limit)))


def _words(node: Pattern) -> Iterator[str]:
    if isinstance(node, Chars):
        yield from _characters(node)
    elif isinstance(node, Edge):
        yield ""
    elif isinstance(node, Choice):
        rows = zip_longest(*map(_texts, node.options))
        yield from (word for row in rows for word in row if word is not None)
    elif isinstance(node, Join):
        yield from _joined([_texts(part) for part in node.parts])
    else:
        yield from _repeated(node)


def _joined(parts: list[list[str]]) -> Iterator[str]:
    """The first text of each part, then one part after the other varied, then all of them."""
    if not all(parts):
        return
    first = [part[0] for part in parts]
    yield "".join(first)
    for number, part in enumerate(parts):
        for word in part[1:_MOST_CHARACTERS]:
            yield "".join([*first[:number], word, *first[number + 1 :]])
    yield "".join(part[-1] for part in parts)
    for number, part in enumerate(parts):
        for word in part[_MOST_CHARACTERS:]:
            yield "".join([*first[:number], word, *first[number + 1 :]])


def _repeated(node: Repeat) -> Iterator[str]:
    """A single character is repeated once where it may be, a group as seldom as it may be."""
    inner = _texts(node.inner)
    usual = max(node.least, 1) if isinstance(node.inner, Chars) else node.least
    for times in dict.fromkeys((usual, node.least, node.least + 1, node.least + 2)):
        if node.most is None or times <= node.most:
            yield from (word * times for word in (inner if times else [""]))


def _characters(node: Chars) -> Iterable[str]:
    """Both ends of what is listed; of what is excluded, plain characters."""
    ends = [chr(code) for low, high in node.spans for code in (low, high)] if not node.negated else []
    usual = [*_PLAIN, *map(chr, range(0x21, 0x250))] if node.negated or node.categories else []
    return list(dict.fromkeys(c for c in (*ends, *usual) if node.has(c)))[:_MOST_CHARACTERS]
