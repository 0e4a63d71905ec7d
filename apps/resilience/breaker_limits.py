"""When a circuit breaker opens, for how long, and what closes it."""

import random
from dataclasses import dataclass

from interlock import Config

from apps.settings import Settings

PROBES = 3
"""Calls let through after the pause, one at a time; most of them have to succeed."""
SOONEST = 0.75
"""The least share of a pause that jitter leaves, so that processes do not probe at the same time."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """The limits of a circuit breaker.

    Attributes:
        share: of failed calls in the window, from which it opens.
        calls: least number of calls; the window has twice as many.
        first_seconds: first pause; each one after failed probes is twice as long.
        most_seconds: longest pause.
    """

    share: float = 0.6
    calls: int = 10
    first_seconds: float = 0.25
    most_seconds: float = 1.0

    @classmethod
    def of(cls, settings: Settings) -> "BreakerLimits":
        """Return the limits of the settings."""
        return cls(
            settings.breaker_share,
            settings.breaker_calls,
            settings.breaker_first_seconds,
            settings.breaker_most_seconds,
        )

    def config(self) -> Config:
        """Return the limits for interlock, with jitter that only shortens pauses."""
        jitter = random.uniform(SOONEST, 1.0)  # noqa: S311 - no secret
        return Config(
            failure_rate_threshold=self.share,
            minimum_number_of_calls=self.calls,
            window_size=2 * self.calls,
            permitted_calls_in_half_open=PROBES,
            max_concurrent_probes=1,
            wait_duration_in_open=jitter * min(self.first_seconds, self.most_seconds),
            wait_duration_backoff_multiplier=2.0,
            wait_duration_in_open_max=jitter * self.most_seconds,
        )
