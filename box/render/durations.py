"""Durations as Prometheus and Alertmanager write them: `1d`, `1h30m`, `15s`."""

import re

from box.errors import BoxError

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
PART = re.compile(r"(\d+)(ms|[smhdwy])")
WHOLE = re.compile(r"(?:\d+(?:ms|[smhdwy]))+|0")


def seconds(text: str) -> float:
    """Return the length of a duration in seconds.

    Raises:
        BoxError: the text is no duration.
    """
    if not WHOLE.fullmatch(text):
        raise BoxError(f"{text!r} is not a duration; write 15s, 5m or 1h30m")
    return sum(int(count) * UNITS[unit] for count, unit in PART.findall(text))


def text(length: float) -> str:
    """Return whole seconds as a duration: `12h`, `1h30m`."""
    rest, parts = int(length), ""
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, int(UNITS[unit]))
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"


def scaled(text: str, time_scale: int, least: int = 1) -> str:
    """Return a timer divided by the time scale, in whole seconds and never below the least."""
    return text if time_scale == 1 else f"{max(least, round(seconds(text) / time_scale))}s"
