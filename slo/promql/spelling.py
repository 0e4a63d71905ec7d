"""How durations and strings are spelled in PromQL, and the error for what is not PromQL."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

WINDOW = "$window"
"""Stands in a query for the range that slo needs."""

_UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_DURATION_UNITS = {"w": 604_800_000, **_UNITS_MS}
_DURATION = re.compile(r"(?:\d{1,15}(?:ms|[wdhms]))+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+)(ms|[wdhms])", re.ASCII)
_NEEDS_NO_ESCAPE = re.compile(r"[ !#-\[\]-~]*")
_LONGEST = 60
_UNSAFE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"


class PromqlError(ValueError):
    """A text is not what PromQL allows at this place; the message says why, in one line.

    `start` and `length` tell which characters of the text are meant; a length of 0 means the whole text.
    """

    def __init__(self, message: str, start: int = 0, length: int = 0) -> None:
        """Keep the place within the text beside the message."""
        super().__init__(message)
        self.start = start
        self.length = length


def parse_duration(text: str) -> Decimal:
    """Seconds of a Prometheus duration such as `5m`, `1h30m` or `300ms`.

    Raises:
        PromqlError: the text is no duration, or names no time at all.
    """
    if not _DURATION.fullmatch(text):
        msg = f'"{short(text)}" is not a duration; write a number and a unit (ms, s, m, h, d, w), as in 30s or 5m'
        raise PromqlError(msg)
    millis = sum(int(number) * _DURATION_UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if millis == 0:
        msg = f'"{short(text)}" is no time at all; a duration must be longer than zero'
        raise PromqlError(msg)
    return Decimal(millis) / 1000


@lru_cache(maxsize=1024)
def duration(seconds: float | Decimal) -> str:
    """The duration as Prometheus spells it, days the largest unit: 300 is `5m`, 4.5 is `4s500ms`, 604800 is `7d`."""
    millis = int(Decimal(str(seconds)) * 1000)
    parts = []
    for unit, size in _UNITS_MS.items():
        count, millis = divmod(millis, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def short(text: str) -> str:
    """The text as a message quotes it: cut where it is longer than a line can show."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def quote(text: str) -> str:
    """A PromQL string literal that means exactly this text, whatever it contains."""
    if _NEEDS_NO_ESCAPE.fullmatch(text):
        return f'"{text}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + re.sub(_UNSAFE, _escape_control, escaped) + '"'


def _escape_control(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
