"""Match a text against a regular expression in polynomial time, by memoizing each node and position."""

from __future__ import annotations

from slo.promql.regex.syntax import Chars, Choice, Edge, Join, Pattern, Repeat

Places = frozenset[int]


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the expression matches all of the text."""
    return len(text) in _Search(text).ends(pattern, frozenset({0}))


class _Search:
    """One text, with the matches that are already known."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[int, int], Places] = {}

    def ends(self, node: Pattern, starts: Places) -> Places:
        """Return the ends of matches that begin at one of these positions."""
        return frozenset().union(*(self._from(node, at) for at in starts))

    def _from(self, node: Pattern, at: int) -> Places:
        key = id(node), at
        if key not in self._known:
            self._known[key] = self._found(node, at)
        return self._known[key]

    def _found(self, node: Pattern, at: int) -> Places:
        text = self._text
        if isinstance(node, Chars):
            return frozenset({at + 1}) if at < len(text) and node.has(text[at]) else frozenset()
        if isinstance(node, Edge):
            return frozenset({at}) if _is_edge(node.kind, text, at) else frozenset()
        if isinstance(node, Choice):
            return frozenset().union(*(self._from(option, at) for option in node.options))
        return self._joined(node, at) if isinstance(node, Join) else self._repeated(node, at)

    def _joined(self, node: Join, at: int) -> Places:
        places = frozenset({at})
        for part in node.parts:
            places = self.ends(part, places)
        return places

    def _repeated(self, node: Repeat, at: int) -> Places:
        """Continue from each position once: the earliest visit leaves the most repetitions."""
        places = frozenset({at})
        for _ in range(node.least):
            before, places = places, self.ends(node.inner, places)
            if places == before:
                break
        found = new = places
        left = len(self._text) + 1 if node.most is None else node.most - node.least
        while new and left > 0:
            new = self.ends(node.inner, new) - found
            found, left = found | new, left - 1
        return found


def _is_edge(kind: str, text: str, at: int) -> bool:
    if kind in {"start", "end"}:
        return at == (0 if kind == "start" else len(text))
    before, after = (n >= 0 and _is_word(text[n : n + 1]) for n in (at - 1, at))
    return (before != after) == (kind == "border")


def _is_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())
