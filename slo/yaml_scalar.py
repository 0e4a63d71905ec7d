"""YAML scalars, in the few forms that generated rules need."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_:./-]*")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_:./-]")
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}
_UNSAFE = r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"


def is_reserved(text: str) -> bool:
    """Whether the word is not a string in YAML."""
    return text.lower() in _RESERVED


def scalar(text: str) -> str:
    """Return the text as a scalar on one line: plain where that is safe, else single or double quoted."""
    if is_plain(text):
        return text
    return f"'{text}'" if needs_no_escape(text) else _quoted(text)


def is_plain(text: str) -> bool:
    """Whether the text is the same without quotes."""
    return _PLAIN.fullmatch(text) is not None and not text.endswith(":") and not is_reserved(text)


def needs_no_escape(text: str) -> bool:
    """Whether the text can stand between single quotes."""
    return text.isprintable() and "'" not in text and text.isascii()


def is_never_plain(text: str) -> bool:
    """Whether no scalar that contains the text can be written without quotes."""
    return _NOT_PLAIN.search(text) is not None


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - few texts need it

    return re.sub(_UNSAFE, _escape, json.dumps(text, ensure_ascii=False))


def block(text: str, indent: int) -> str:
    """Return several lines as a literal block, one line as a scalar."""
    if "\n" not in text:
        return scalar(text)
    pad = " " * indent
    return "|-\n" + "\n".join(pad + line for line in text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
