"""Tells whether a failed call is news, or one of many that the same moment cut short."""

from dataclasses import dataclass

SECONDS = 0.025
"""Failures that are closer together may have one cause."""


@dataclass(slots=True)
class Moment:
    """The first of several failures at the same time.

    Connections that are reset together, or this process standing still for a second, fail dozens of calls at once. That
    is one event: only calls that began after it, or fail later, say whether the other tier is still gone.
    """

    began: float | None = None

    def is_news(self, started: float, now: float) -> bool:
        """Whether a call that started and failed at these times tells more than the first failure did."""
        if self.began is None or now - self.began > SECONDS:
            self.began = now
            return True
        return started >= self.began
