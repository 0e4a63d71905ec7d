"""A token bucket per logger, which neither logging nor structlog has: a flood spares the disk and the Collector."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class Throttle:
    """Lets `per_second` lines of each logger through, and that many at once; the rest is counted.

    Warnings and errors have a bucket of their own: they are what one looks for when something floods.
    """

    per_second: float
    dropped: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, bool], _Bucket] = field(default_factory=dict)

    def allows(self, logger: str, level: int) -> bool:
        """Whether one more line may be written."""
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
