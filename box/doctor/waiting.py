"""Polling: signals arrive with a delay of seconds."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
POLL_SECONDS = 0.5


def until(ask: Callable[[], Found | None], seconds: float) -> Found | None:
    """Return the first answer that is not None within some seconds, or None; polls at least once."""
    return settled(ask, lambda found: found is not None, seconds)


def settled(ask: Callable[[], Found], is_settled: Callable[[Found], bool], seconds: float) -> Found:
    """Return the first settled answer within some seconds, or the last one; polls at least once."""
    deadline = time.monotonic() + seconds
    while not is_settled(found := ask()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return found
