"""Tokens of a PromQL query, and the query on one line."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from slo.promql.plain import SELECTOR
from slo.promql.spelling import PromqlError, quote, short

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATTERN = r"""(?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`)
    | (?P<open>["'`].*)
    | (?P<variable>\$\{[^}\n]*\}|\$\w+|\[\[\w+\]\])
    | (?P<number>0[xX][0-9a-fA-F_]+|(?:[0-9]+(?:ms|[smhdwy]))+(?![0-9a-zA-Z_])
        |(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?[0-9a-zA-Z_]*)
    | (?P<name>(?:[a-zA-Z_]|(?<![\w\])}"]):)[a-zA-Z0-9_:]*)
    | (?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}\[\],:@])
    | (?P<other>.)"""
_CANONICAL = re.compile(r"""(?:[!-"$-&(-\[\]-_a-~]++|(?<!\A)[ ](?![ ]|\Z))*""")
"""A query that is one line already: no comment, no string to spell again, no space too many."""
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'\"]))|\\|[^\\]+", re.DOTALL
)
_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_BYTE = 0xFF


@cache  # 2 ms that files with plain selectors need not spend
def _compiled(*, selectors: bool) -> re.Pattern[str]:
    return re.compile(f"(?P<selector>{SELECTOR})|(?x:{_PATTERN})" if selectors else f"(?x:{_PATTERN})", re.DOTALL)


class Token(msgspec.Struct, frozen=True, gc=False):
    """A token; `kind` is a group of the pattern above, or `end`."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)

    @property
    def shown(self) -> str:
        """The token as a message quotes it."""
        return short(self.text)

    def error(self, message: str) -> PromqlError:
        """Return an error that points at this token."""
        return PromqlError(message, self.start, len(self.text))


class Line(msgspec.Struct, frozen=True, eq=False):
    """A query on one line: no comments, single spaces, strings in double quotes.

    Attributes:
        text: the line.
        places: for each of its characters, and the end, the offset in the query; empty where both are equal.
    """

    text: str
    places: Sequence[int] = ()

    def place(self, offset: int) -> int:
        """Return the offset in the query."""
        return self.places[offset] if self.places else offset

    def located(self, error: PromqlError) -> PromqlError:
        """Return an error at its place in the query."""
        if not self.places or not error.length:
            return error
        start, last = self.place(error.start), self.place(error.start + error.length - 1)
        return PromqlError(str(error), start, last + 1 - start)


def tokens(text: str) -> list[Token]:
    """Return all tokens, spaces and comments included."""
    return [Token(str(m.lastgroup), m.group(), m.start()) for m in _compiled(selectors=False).finditer(text)]


def words(line: str, *, selectors: bool) -> list[Token]:
    """Return the tokens of a line without spaces; if `selectors`, plain selectors with braces are one token each."""
    return [
        Token(kind, m.group(), m.start())  # type: ignore[arg-type] # one of the groups matches
        for m in _compiled(selectors=selectors).finditer(line)
        if (kind := m.lastgroup) != "space"
    ]


def on_one_line(text: str) -> Line:
    """Return a query on one line, so that nothing in a string can break out of it."""
    if _CANONICAL.fullmatch(text):
        return Line(text)
    parts: list[str] = []
    places: list[int] = []
    for token in tokens(text):
        spelled = _spelled(token)
        if spelled == " " and (not parts or parts[-1] == " "):
            continue
        parts.append(spelled)
        last = len(token.text) - 1
        places += (token.start + min(n, last) for n in range(len(spelled)))
    line = "".join(parts).rstrip(" ")
    return Line(line, (*places[: len(line)], len(text)))


def _spelled(token: Token) -> str:
    if token.kind in {"space", "comment"}:
        return " "
    try:
        return quote(unquoted(token)) if token.kind == "string" else token.text
    except PromqlError:  # the parser reports it when it gets there
        return token.text


def unquoted(token: Token) -> str:
    """Return what a string means.

    Raises:
        PromqlError: it has an escape that Prometheus does not know, or bytes that are not UTF-8.
    """
    inner = token.text[1:-1]
    if token.text[0] == "`" or "\\" not in inner:
        return inner
    pieces = b"".join(_meaning(token, match) for match in _ESCAPE.finditer(inner))
    try:
        return pieces.decode()
    except UnicodeDecodeError:
        raise token.error("the escapes in this string make bytes that are not UTF-8") from None


def _meaning(token: Token, match: re.Match[str]) -> bytes:
    """Return the UTF-8 of one escape, or of characters without escapes."""
    byte, short_, long, octal, simple = match.groups()
    number = int(byte or octal or "0", 8 if octal else 16)
    code = int(short_ or long or "0", 16)
    wrong_quote = simple in {"'", '"'} and simple != token.text[0]
    if match.group() == "\\" or wrong_quote or number > _LAST_BYTE or not _is_character(code):
        where = f"in {token.text[0]}...{token.text[0]}" if wrong_quote else "in PromQL"
        raise _invalid_escape(token, match.start() + 1, where)
    if byte or octal:
        return bytes([number])
    if short_ or long:
        return chr(code).encode()
    return (_SIMPLE_ESCAPES.get(simple, simple) if simple else match.group()).encode()


def _invalid_escape(token: Token, at: int, where: str) -> PromqlError:
    text = token.text[at : at + 2]
    message = f'invalid escape "{text}" {where}; write \\\\ for a backslash, or put the string into backquotes'
    return PromqlError(message, token.start + at, len(text))


def _is_character(code: int) -> bool:
    return not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF  # noqa: PLR2004 - surrogates, and the last one of Unicode
