"""Decides whether a failed call is tried again: only when it is safe, useful and paid for."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.problems import DependencyError
from apps.resilience import deadline
from apps.resilience.budget import RetryBudget

USEFUL_SECONDS = 0.05
"""With less time left than this a further attempt would only be cut off."""


@dataclass(slots=True)
class Retry:
    """The decision for one call and all its attempts; an instance per call."""

    attempts: int
    safe: bool
    budget: RetryBudget
    count: Callable[[str, DependencyError, int], None]
    made: int = 0

    def __call__(self, error: Exception) -> bool:
        """True when the call that failed with `error` shall be made again."""
        self.made += 1
        if not isinstance(error, DependencyError) or not error.repeatable or not self.safe:
            return False
        if self.made >= self.attempts or deadline.remaining() < USEFUL_SECONDS:
            return False
        granted = self.budget.withdraw()
        self.count("made" if granted else "denied", error, self.made)
        return granted
