"""A token bucket per logger, which neither logging nor structlog has."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class LogRateLimiter:
    """Allows `per_second` log lines of each logger, with as many in a burst; counts the rest.

    Warnings and errors have a bucket of their own: they explain a flood.
    """

    per_second: float
    dropped: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, bool], _Bucket] = field(default_factory=dict)

    def allows(self, logger: str, level: int) -> bool:
        """Return whether one more line may be written."""
        key, now = (logger, level >= logging.WARNING), self.clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets.setdefault(key, _Bucket(self.per_second, now))
        bucket.tokens = min(self.per_second, bucket.tokens + (now - bucket.filled) * self.per_second)
        bucket.filled = now
        if bucket.tokens < 1:
            self.dropped(logger)
            return False
        bucket.tokens -= 1
        return True
