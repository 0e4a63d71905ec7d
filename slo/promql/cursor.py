"""Walks over the words of a PromQL text that cannot be read, and says at which of them it goes wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from slo.promql.spelling import WINDOW, PromqlError
from slo.promql.tokens import Token, one_line, tokens
from slo.promql.tree import Node, Stretch

if TYPE_CHECKING:
    from slo.promql.result import Range
    from slo.promql.selector import Selector

CLOSING = {"(": ")", "{": "}", "[": "]"}
_DEEPEST = 60
_NAMES = 'names that are not made of a-z, A-Z, 0-9 and _ stand in quotes: {"http.requests", "user.id"="7"}'
_MEANT = {
    ".": _NAMES,
    "$": "slo replaces $window alone",
    "&": 'PromQL writes "and" for &&',
    "|": 'PromQL writes "or" for ||; log queries and their pipes are not PromQL',
    "!": 'PromQL has no "not"; "unless" and "== bool 0" turn conditions around',
    ";": "a query is one expression; leave the semicolon out",
    "?": "PromQL has no choice operator",
    **dict.fromkeys("\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb", "this is a typographic quote; write \" or '"),
    **dict.fromkeys("\u2212\u2013\u2014", "this is a dash; write the minus sign -"),
    **dict.fromkeys(
        "\u00a0\u2007\u202f\u200b\ufeff\x0b\x0c", "this is no space that Prometheus knows; write a plain one"
    ),
}


class Cursor:
    """The words one after the other, and the brackets that are open."""

    def __init__(self, text: str) -> None:
        """Start at the first word."""
        self._text = text
        self._all = tokens(text)
        self._places = [n for n, word in enumerate(self._all) if word.kind not in {"space", "comment"}]
        self._words = [self._all[n] for n in self._places]
        self._end = Token("end", "", len(text))
        self._open: list[Token] = []
        self.index = 0

    @property
    def word(self) -> Token:
        """The word that comes next."""
        return self._words[self.index] if self.index < len(self._words) else self._end

    @property
    def before(self) -> Token:
        """The word before the next."""
        return self._words[self.index - 1] if self.index else self._end

    @property
    def after(self) -> Token:
        """The word after the next."""
        return self._words[self.index + 1] if self.index + 1 < len(self._words) else self._end

    def take(self, *texts: str) -> Token | None:
        """The next word if it is one of these."""
        word = self.word
        if word.kind == "end" or word.text not in texts:
            return None
        self.index += 1
        return word

    def take_kind(self, *kinds: str) -> Token | None:
        """The next word if it is of one of these kinds."""
        word = self.word
        if word.kind not in kinds:
            return None
        self.index += 1
        return word

    def opened(self, bracket: str) -> bool:
        """Go past an opening bracket, if one comes next."""
        word = self.take(bracket)
        if word is None:
            return False
        self._open.append(word)
        if len(self._open) > _DEEPEST:
            msg = "the brackets are nested too deeply"
            raise word.error(msg)
        return True

    def close(self, wanted: str) -> None:
        """Go past the bracket that closes the last one; `wanted`: what else could stand here."""
        bracket = self._open[-1]
        closing = CLOSING[bracket.text]
        if not self.take(closing):
            if self.word.text in CLOSING.values():
                msg = f'this "{self.word.text}" does not close the "{bracket.text}" before it'
                raise self.word.error(msg)
            raise self.unexpected(f'{wanted} or "{closing}"' if wanted else f'"{closing}"')
        self._open.pop()

    def finish(self) -> None:
        """Everything has been read."""
        word = self.word
        if word.text in CLOSING.values():
            msg = f'this "{word.text}" closes nothing'
            raise word.error(msg)
        if word.kind != "end":
            raise self.unexpected("an operator such as + or and")

    def unexpected(self, wanted: str) -> PromqlError:
        """Why the next word cannot stand where it does; `wanted`: what can."""
        word = self.word
        if word.kind == "end":
            return self._too_short(wanted)
        if word.kind == "open":
            return PromqlError(f"this string is not closed; the other {word.text[0]} is missing", word.start, 1)
        if word.kind == "variable" and word.text != WINDOW:
            return word.error(
                f'"{word.shown}" is unknown here; write $window, which slo replaces by the range it needs'
            )
        if word.kind == "variable":
            return word.error("$window is a range; it stands in square brackets, as in rate(requests_total[$window])")
        meant = _MEANT.get(word.text, _NAMES if word.text.isalpha() and word.kind == "other" else "")
        if meant:
            return word.error(meant)
        return word.error(f'{wanted} is expected here, not "{word.shown}"')

    def _too_short(self, wanted: str) -> PromqlError:
        if self._open:
            return self._open[-1].error(f'this "{self._open[-1].text}" is not closed')
        if not self._words:
            return PromqlError("the query is empty; name a metric")
        return self._words[-1].error(f"after this, {wanted} is missing")

    def stretch(self, first: int, end: int, message: str) -> PromqlError:
        """An error that points at the words from one index up to, and without, another."""
        start, last = self._words[first].start, self._words[max(first, end - 1)]
        return PromqlError(message, start, last.start + len(last.text) - start)

    def words(self, first: int) -> Stretch:
        """The words from this index up to the next word that is to be read."""
        return Stretch(self._all, self._places[first], self._places[self.index - 1] + 1)

    def line(self) -> str:
        """All of it on one line, spelled by us."""
        return one_line(self._all)

    def index_of(self, word: Token) -> int:
        """Where a word stands among the words."""
        return self._words.index(word)

    def source(self, first: int, end: int) -> str:
        """The text of these words."""
        start, last = self._words[first].start, self._words[max(first, end - 1)]
        return self._text[start : last.start + len(last.text)]


class Reading(Cursor, ABC):
    """A cursor that can read a whole expression, and gathers what it comes across.

    Attributes:
        selectors: the selectors so far, each once.
        ranges: the ranges so far.
        calls: the functions in whose brackets the next word stands, from the outermost to the innermost.
    """

    def __init__(self, text: str) -> None:
        """Nothing has been read."""
        super().__init__(text)
        self.selectors: dict[Selector, None] = {}
        self.ranges: list[Range] = []
        self.calls: list[Token] = []

    @abstractmethod
    def expression(self, least: int = 1) -> Node:
        """Read an expression whose operators bind at least that strongly."""
