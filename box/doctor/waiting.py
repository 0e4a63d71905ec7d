"""Patience: signals arrive some seconds after what they tell of."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
POLL_SECONDS = 0.5


def until(ask: Callable[[], Found | None], seconds: float) -> Found | None:
    """Return the first answer that is not None, None when there was none within so many seconds; asks at least once."""
    deadline = time.monotonic() + seconds
    while (found := ask()) is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return found
