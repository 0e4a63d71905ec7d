"""A budget for retries: in an outage retries may add a share to the load, never multiply it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RetryBudget:
    """A bucket of retries: each request puts `ratio` of a retry in, each retry takes one out.

    The bucket starts full, so that a quiet service can retry too, and never holds more than `most`.
    """

    ratio: float = 0.2
    most: float = 10.0
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.most

    def deposit(self) -> None:
        """Count a request."""
        self.tokens = min(self.most, self.tokens + self.ratio)

    def withdraw(self) -> bool:
        """Take a retry out; False when there is none."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
