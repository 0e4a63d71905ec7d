"""Scalars as YAML: the few forms that generated rules need, written without a generic dumper."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_:./-]*")
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}
_UNSAFE = r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"


def is_reserved(text: str) -> bool:
    """Whether YAML takes the word for something else than text."""
    return text.lower() in _RESERVED


def scalar(text: str) -> str:
    """The text as one YAML scalar on one line: plain where that is safe, else single or double quoted."""
    if _PLAIN.fullmatch(text) and not text.endswith(":") and not is_reserved(text):
        return text
    if text.isprintable() and "'" not in text and text.isascii():
        return f"'{text}'"
    return _quoted(text)


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - few texts need it

    return re.sub(_UNSAFE, _escape, json.dumps(text, ensure_ascii=False))


def block(text: str, indent: int) -> str:
    """An expression: several lines as a literal block, one line as a scalar."""
    if "\n" not in text:
        return scalar(text)
    pad = " " * indent
    return "|-\n" + "\n".join(pad + line for line in text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
