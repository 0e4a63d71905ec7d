"""The tokens of a PromQL query one by one, and what is wrong with the next one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from slo.promql.spelling import WINDOW, PromqlError
from slo.promql.tokens import Token, words

if TYPE_CHECKING:
    from slo.promql.ranges import Range
    from slo.promql.selector import Selector
    from slo.promql.tokens import Line
    from slo.promql.tree import Node

CLOSING = {"(": ")", "{": "}", "[": "]"}
_DEEPEST = 60
_NAMES = 'names with characters other than a-z, A-Z, 0-9 and _ need quotes: {"http.requests", "user.id"="7"}'
_MEANT = {
    ".": _NAMES,
    "$": "slo replaces $window alone",
    "&": 'PromQL writes "and" for &&',
    "|": 'PromQL writes "or" for ||; log queries and their pipes are not PromQL',
    "!": 'PromQL has no "not"; "unless" and "== bool 0" turn conditions around',
    ";": "a query is one expression; leave the semicolon out",
    "?": "PromQL has no choice operator",
    **dict.fromkeys("\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb", "typographic quote; write \" or '"),
    **dict.fromkeys("\u2212\u2013\u2014", "this is a dash; write the minus sign -"),
    **dict.fromkeys("\u00a0\u2007\u202f\u200b\ufeff\x0b\x0c", "not a space for Prometheus; write a plain one"),
}


class Cursor:
    """The tokens one after the other, and the brackets that are open.

    Attributes:
        line: the query.
        index: the number of the next token.
        word: the next token.
    """

    def __init__(self, line: Line, *, selectors: bool) -> None:
        """Start at the first token; if `selectors`, plain selectors are one token."""
        self.line = line
        end = Token("end", "", len(line.text))
        self._words = [*words(line.text, selectors=selectors), end, end]
        self._open: list[Token] = []
        self.index = 0
        self.word = self._words[0]

    def advance(self) -> Token:
        """Go past the next token, and return it."""
        word = self.word
        self.index += 1
        self.word = self._words[self.index]
        return word

    @property
    def before(self) -> Token:
        """The token before the next one."""
        return self._words[self.index - 1]

    @property
    def after(self) -> Token:
        """The token after the next one."""
        return self._words[self.index + 1]

    @property
    def end(self) -> int:
        """The offset behind the last token that was read."""
        last = self._words[self.index - 1]
        return last.start + len(last.text)

    def take(self, *texts: str) -> Token | None:
        """Go past the next token if it is one of these."""
        return self.advance() if self.word.text in texts and self.word.kind != "end" else None

    def take_kind(self, *kinds: str) -> Token | None:
        """Go past the next token if it is of one of these kinds."""
        return self.advance() if self.word.kind in kinds else None

    def opened(self, bracket: str) -> bool:
        """Go past an opening bracket, if one comes next."""
        word = self.take(bracket)
        if word is None:
            return False
        self._open.append(word)
        if len(self._open) > _DEEPEST:
            raise word.error("brackets nested too deeply")
        return True

    def close(self, wanted: str) -> None:
        """Go past the bracket that closes the last one; `wanted`: what else is possible here."""
        bracket = self._open[-1]
        closing = CLOSING[bracket.text]
        if not self.take(closing):
            if self.word.text in CLOSING.values():
                raise self.word.error(f'this "{self.word.text}" does not close the "{bracket.text}" before it')
            raise self.unexpected(f'{wanted} or "{closing}"' if wanted else f'"{closing}"')
        self._open.pop()

    def finish(self) -> None:
        """Check that nothing is left."""
        word = self.word
        if word.text in CLOSING.values():
            raise word.error(f'this "{word.text}" closes nothing')
        if word.kind != "end":
            raise self.unexpected("an operator such as + or and")

    def unexpected(self, wanted: str) -> PromqlError:
        """Return why the next token is wrong; `wanted`: what is possible."""
        word = self.word
        if word.kind == "end":
            return self._too_short(wanted)
        if word.kind == "open":
            return PromqlError(f"unclosed string; the other {word.text[0]} is missing", word.start, 1)
        if word.kind == "variable" and word.text != WINDOW:
            return word.error(f'unknown variable "{word.shown}"; write $window, which slo replaces by a range')
        if word.kind == "variable":
            return word.error("$window is a range; write it in square brackets, as in rate(requests_total[$window])")
        meant = _MEANT.get(word.text, _NAMES if word.text.isalpha() and word.kind == "other" else "")
        return word.error(meant or f'expected {wanted}, not "{word.shown}"')

    def _too_short(self, wanted: str) -> PromqlError:
        if self._open:
            return self._open[-1].error(f'this "{self._open[-1].text}" is not closed')
        if not self.index:
            return PromqlError("the query is empty; name a metric")
        return self.before.error(f"after this, {wanted} is missing")

    def source(self, first: int) -> str:
        """Return the text from an offset up to the next token."""
        return self.line.text[first : self.end]

    def error(self, first: int, message: str) -> PromqlError:
        """Return an error that points at the text from an offset up to the next token."""
        return PromqlError(message, first, self.end - first)


class Parser(Cursor, ABC):
    """A cursor that can parse a whole expression.

    Attributes:
        selectors: the selectors so far, each once.
        ranges: the ranges so far.
        calls: the functions around the next token, from the outermost to the innermost.
    """

    def __init__(self, line: Line, *, selectors: bool) -> None:
        """Start at the first token."""
        super().__init__(line, selectors=selectors)
        self.selectors: dict[Selector, None] = {}
        self.ranges: list[Range] = []
        self.calls: list[Token] = []

    @abstractmethod
    def expression(self, least: int = 1) -> Node:
        """Parse an expression whose operators bind at least that strongly."""
