"""Patience: signals arrive some seconds after what they tell of."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
POLL_SECONDS = 0.5


def until(ask: Callable[[], Found | None], seconds: float) -> Found | None:
    """Return the first answer that is not None, None when there was none within so many seconds; asks at least once."""
    return settled(ask, lambda found: found is not None, seconds)


def settled(ask: Callable[[], Found], is_settled: Callable[[Found], bool], seconds: float) -> Found:
    """Return the first answer that is settled, or the last one within so many seconds; asks at least once."""
    deadline = time.monotonic() + seconds
    while not is_settled(found := ask()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return found
