"""Durations and strings in PromQL, and the error for invalid PromQL."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

WINDOW = "$window"
"""The variable of a query for the range that slo needs."""

_UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_DURATION_UNITS = {"w": 604_800_000, **_UNITS_MS}
_DURATION = re.compile(r"(?:\d{1,15}(?:ms|[wdhms]))+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+)(ms|[wdhms])", re.ASCII)
_NEEDS_NO_ESCAPE = re.compile(r"[ !#-\[\]-~]*")
_LONGEST = 60
_UNSAFE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"


class PromqlError(ValueError):
    """Invalid PromQL; the message is the reason, in one line.

    `start` and `length` are the characters that it is about; a length of 0 means the whole text.
    """

    def __init__(self, message: str, start: int = 0, length: int = 0) -> None:
        """Keep the place within the text beside the message."""
        super().__init__(message)
        self.start = start
        self.length = length


def parse_duration(text: str) -> Decimal:
    """Return the seconds of a Prometheus duration such as `5m`, `1h30m` or `300ms`.

    Raises:
        PromqlError: the duration is invalid or zero.
    """
    if not _DURATION.fullmatch(text):
        msg = f'invalid duration "{short(text)}"; write a number and a unit (ms, s, m, h, d, w), as in 30s or 5m'
        raise PromqlError(msg)
    millis = sum(int(number) * _DURATION_UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if millis == 0:
        msg = f'invalid duration "{short(text)}"; it must be longer than zero'
        raise PromqlError(msg)
    return Decimal(millis) / 1000


@lru_cache(maxsize=1024)
def duration(seconds: float | Decimal) -> str:
    """Return the duration as Prometheus spells it, in days at most: 300 is `5m`, 4.5 is `4s500ms`, 604800 is `7d`."""
    millis = int(Decimal(str(seconds)) * 1000)
    parts = []
    for unit, size in _UNITS_MS.items():
        count, millis = divmod(millis, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def short(text: str, longest: int = _LONGEST) -> str:
    """Return the text as a message quotes it, cut if it is long."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def quote(text: str) -> str:
    """Return a PromQL string literal for any text."""
    if _NEEDS_NO_ESCAPE.fullmatch(text):
        return f'"{text}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + re.sub(_UNSAFE, _escape_control, escaped) + '"'


def _escape_control(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
