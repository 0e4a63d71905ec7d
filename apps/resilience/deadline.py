"""The time that is left for a request; it shrinks from tier to tier and is never prolonged."""

import time
from contextvars import ContextVar

HEADER = "x-deadline-ms"

_at: ContextVar[float | None] = ContextVar("shop_deadline", default=None)


def start(budget_seconds: float, header: str | None) -> float:
    """Set the deadline of the current request and return the seconds that are left.

    The caller's header (milliseconds that are left, not a time of day: clocks differ) can only shorten the budget.
    A header that is no number is ignored.
    """
    seconds = min(budget_seconds, _seconds(header, budget_seconds))
    _at.set(time.monotonic() + seconds)
    return seconds


def remaining(default: float = 60.0) -> float:
    """Seconds that are left, never below zero; `default` outside of a request."""
    at = _at.get()
    return default if at is None else max(0.0, at - time.monotonic())


def header_value() -> str:
    """What to send to the next tier: whole milliseconds, rounded down."""
    return str(int(remaining() * 1000))


def _seconds(header: str | None, default: float) -> float:
    if header is None or not header.isascii() or not header.isdigit():
        return default
    return int(header[:9]) / 1000
