"""Counts calls that fail at the same moment as one failure."""

from dataclasses import dataclass

SECONDS = 0.025
"""Failures closer together may have one cause."""


@dataclass(slots=True)
class FailureBurst:
    """A burst of failures, known by its first.

    Connections that are reset together, or a pause of this process, fail dozens of calls at once. That is one event:
    only calls that began after it, or fail later, show whether the other tier is still down.
    """

    began: float | None = None

    def counts(self, started: float, now: float) -> bool:
        """Return whether a call that started and failed at these times counts as a failure of its own."""
        if self.began is None or now - self.began > SECONDS:
            self.began = now
            return True
        return started >= self.began
