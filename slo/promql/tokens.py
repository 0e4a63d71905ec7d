"""The words of a PromQL text, each with its place: what is quoted, what is a comment, where `$window` stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.promql.spelling import PromqlError, quote, short

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`)
    | (?P<open>["'`].*)
    | (?P<variable>\$\{[^}\n]*\}|\$\w+|\[\[\w+\]\])
    | (?P<number>0[xX][0-9a-fA-F_]+|(?:[0-9]+(?:ms|[smhdwy]))+(?![0-9a-zA-Z_])
        |(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?[0-9a-zA-Z_]*)
    | (?P<name>(?:[a-zA-Z_]|(?<![\w\])}"]):)[a-zA-Z0-9_:]*)
    | (?P<operator>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}\[\],:@])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'\"]))|\\|[^\\]+", re.DOTALL
)
_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_BYTE = 0xFF


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word of the text; `kind` is the name of a group of the expression above."""

    kind: str
    text: str
    start: int

    @property
    def shown(self) -> str:
        """The word as a message quotes it."""
        return short(self.text)

    def error(self, message: str) -> PromqlError:
        """An error that points at this word."""
        return PromqlError(message, self.start, len(self.text))


def tokens(text: str) -> list[Token]:
    """All of the text, in order, nothing left out."""
    return [Token(str(m.lastgroup), m.group(), m.start()) for m in _WORDS.finditer(text)]


def one_line(words: Sequence[Token]) -> str:
    """The text without comments and line breaks, every string spelled by us, so that nothing can break out of it."""
    parts: list[str] = []
    for word in words:
        if word.kind in {"space", "comment"}:
            if parts and parts[-1] != " ":
                parts.append(" ")
        else:
            parts.append(quote(unquoted(word)) if word.kind == "string" else word.text)
    return "".join(parts).rstrip(" ")


def unquoted(word: Token) -> str:
    """What a string means.

    Raises:
        PromqlError: it holds an escape that Prometheus does not know, or bytes that are no text.
    """
    inner = word.text[1:-1]
    if word.text[0] == "`" or "\\" not in inner:
        return inner
    pieces = b"".join(_meaning(word, match) for match in _ESCAPE.finditer(inner))
    try:
        return pieces.decode()
    except UnicodeDecodeError:
        msg = "the escapes in this string make bytes that are not UTF-8"
        raise word.error(msg) from None


def _meaning(word: Token, match: re.Match[str]) -> bytes:
    """The UTF-8 of one escape, or of a stretch without escapes."""
    byte, short, long, octal, simple = match.groups()
    number = int(byte or octal or "0", 8 if octal else 16)
    code = int(short or long or "0", 16)
    wrong_quote = simple in {"'", '"'} and simple != word.text[0]
    if match.group() == "\\" or wrong_quote or number > _LAST_BYTE or not _is_character(code):
        raise _no_escape(word, match.start() + 1, f"in {word.text[0]}...{word.text[0]}" if wrong_quote else "in PromQL")
    if byte or octal:
        return bytes([number])
    if short or long:
        return chr(code).encode()
    return (_SIMPLE_ESCAPES.get(simple, simple) if simple else match.group()).encode()


def _no_escape(word: Token, at: int, where: str) -> PromqlError:
    said = word.text[at : at + 2]
    msg = f'"{said}" is no escape {where}; write \\\\ for a backslash, or put the string into backquotes'
    return PromqlError(msg, word.start + at, len(said))


def _is_character(code: int) -> bool:
    return not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF  # noqa: PLR2004 - surrogates, and the last one of Unicode
