"""The deadline of a request, passed from tier to tier and never extended."""

import time
from contextvars import ContextVar

HEADER = "x-deadline-ms"

_at: ContextVar[float | None] = ContextVar("shop_deadline", default=None)


def start(budget_seconds: float, header: str | None) -> float:
    """Set the deadline of the current request; return the seconds left.

    The caller's header (milliseconds left, as clocks differ) can only shorten it; an invalid header is ignored.
    """
    seconds = min(budget_seconds, _seconds(header, budget_seconds))
    _at.set(time.monotonic() + seconds)
    return seconds


def remaining(default: float = 60.0) -> float:
    """Return the seconds left, at least 0; `default` outside of a request."""
    at = _at.get()
    return default if at is None else max(0.0, at - time.monotonic())


def header_value() -> str:
    """Return the header for the next tier: whole milliseconds, rounded down."""
    return str(int(remaining() * 1000))


def _seconds(header: str | None, default: float) -> float:
    if header is None or not header.isascii() or not header.isdigit():
        return default
    return int(header[:9]) / 1000
