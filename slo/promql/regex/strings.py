"""Texts that a regular expression matches: some of them, the plainest first, or all of them where they are few."""

from __future__ import annotations

from functools import reduce
from itertools import accumulate, islice, repeat, zip_longest
from typing import TYPE_CHECKING

from slo.promql.regex.match import matches
from slo.promql.regex.syntax import Chars, Choice, Edge, Join, Pattern, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST = 32
_MOST_OPTIONS = 128
_MOST_CHARACTERS = 4
_LONGEST = 512
_FEW = 20
_PLAIN = "0a1xA_-./: z9"


class _ManyError(Exception):
    """A part matches more texts than are listed."""


def some_strings(pattern: Pattern) -> list[str]:
    """Return some texts that the expression matches; long ones are left out."""
    return [text for text in _texts(pattern) if matches(pattern, text)]


def all_strings(pattern: Pattern) -> list[str]:
    """Return all texts that the expression matches, in its order; empty if they are many or long."""
    try:
        return [text for text in _every(pattern) if matches(pattern, text)]
    except _ManyError:
        return []


def _texts(node: Pattern) -> list[str]:
    """Return texts of a part; `some_strings` checks anchors and word boundaries later."""
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
    """Join the first texts of all parts, then vary one part at a time, then join the last texts."""
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
    """Repeat a single character at least once if allowed, a group as rarely as allowed."""
    inner = _texts(node.inner)
    usual = max(node.least, 1) if isinstance(node.inner, Chars) else node.least
    for times in dict.fromkeys((usual, node.least, node.least + 1, node.least + 2)):
        if node.most is None or times <= node.most:
            yield from (word * times for word in (inner if times else [""]))


def _characters(node: Chars) -> Iterable[str]:
    """Return both ends of each span; for a negated class or a category, plain characters."""
    ends = [chr(code) for low, high in node.spans for code in (low, high)] if not node.negated else []
    usual = [*_PLAIN, *map(chr, range(0x21, 0x250))] if node.negated or node.categories else []
    return list(dict.fromkeys(c for c in (*ends, *usual) if node.has(c)))[:_MOST_CHARACTERS]


def _every(node: Pattern) -> list[str]:
    """Return all texts of a part; `all_strings` checks anchors and word boundaries later."""
    if isinstance(node, Chars):
        return _few(_listed(node))
    if isinstance(node, Edge):
        return [""]
    if isinstance(node, Choice):
        return _few(text for option in node.options for text in _every(option))
    if isinstance(node, Join):
        return reduce(_pairs, map(_every, node.parts), [""])
    if node.most is None:
        raise _ManyError
    powers = list(accumulate(repeat(_every(node.inner), node.most), _pairs, initial=[""]))
    return _few(text for texts in reversed(powers[node.least :]) for text in texts)


def _listed(node: Chars) -> Iterator[str]:
    if node.negated or node.categories or node.folded:
        raise _ManyError
    return (chr(code) for low, high in node.spans for code in range(low, high + 1))


def _pairs(before: list[str], after: list[str]) -> list[str]:
    return _few(one + other for one in before for other in after)


def _few(texts: Iterable[str]) -> list[str]:
    """Return each text once, in order; refuse many or long ones."""
    found: dict[str, None] = {}
    for text in texts:
        found[text] = None
        if len(found) > _FEW or len(text) > _LONGEST:
            raise _ManyError
    return list(found)
