"""Decides whether a failed call is retried: only when that is safe, useful and within the budget."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.errors import DependencyError
from apps.resilience import deadline
from apps.resilience.budget import RetryBudget

USEFUL_SECONDS = 0.05
"""With less time left a further attempt would only time out."""


@dataclass(slots=True)
class Retry:
    """The decision for all attempts of one call."""

    attempts: int
    safe: bool
    budget: RetryBudget
    count: Callable[[str, DependencyError, int], None]
    made: int = 0

    def __call__(self, error: Exception) -> bool:
        """Return whether to retry the call that failed with `error`."""
        self.made += 1
        if not isinstance(error, DependencyError) or not error.repeatable or not self.safe:
            return False
        if self.made >= self.attempts or deadline.remaining() < USEFUL_SECONDS:
            return False
        granted = self.budget.withdraw()
        self.count("made" if granted else "denied", error, self.made)
        return granted
