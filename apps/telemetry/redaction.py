"""Redacts secrets in log records and addresses; the Collector redacts again."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
LONGEST = 2048  # characters of an address
_HEADER = r"(?:cookie|authorization)"
_NAME = (
    r"(?:passw(?:or)?d|passphrase|secret|token|credential|(?:api|private|access)[_.-]?key|session[_.-]?id"
    r"|card[_.-]?number)"
)
_SUSPECT = re.compile(r"(?i)[=:@]|\d{4}|bearer|basic")
"""Every text with a secret has one of these; most texts have none."""
_SECRETS = tuple(
    re.compile(rf"(?i)(?P<kept>{pattern}")
    for pattern in (
        rf"""{_HEADER}["']?\s?[:=]\s?["']?(?:(?:bearer|basic)\s)?)[^"'\r\n]+""",
        rf"""{_NAME}["']?\s?[:=]\s?["']?)[^\s"',;&}}]+""",
        r"\b(?:bearer|basic)\s)(?=[^\s]*[\d=])[\w.~+/=-]{8,}",
        r"://[^\s/:@]{0,64}:)[^\s/@]{1,256}(?=@)",
        r"(?<![\w.-]))[2-9]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w-])",
    )
)


def redact(text: str) -> str:
    """Return `text` without values of secret keys, credentials, and numbers of payment cards."""
    if _SUSPECT.search(text) is None:
        return text
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<kept>{REDACTED}", text)
    return text


def redact_query(query: str) -> str:
    """Return a query string with the names of its parameters alone."""
    parts = (part.partition("=") for part in query[:LONGEST].split("&"))
    return "&".join(f"{redact(name)}={REDACTED}" if equals else REDACTED for name, equals, _ in parts)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return re.search(rf"(?i){_HEADER}|{_NAME}", name) is not None


def redact_value(name: str, value: Any) -> Any:
    """Return a value of a log record, which may be nested, without secrets."""
    if _is_secret(name):
        return REDACTED
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: redact_value(str(key), each) for key, each in value.items()}
    return [redact_value(name, each) for each in value] if isinstance(value, list | tuple) else value
