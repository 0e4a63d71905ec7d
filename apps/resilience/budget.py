"""A retry budget: retries may add a share to the load, never multiply it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RetryBudget:
    """A token bucket: each request adds `ratio` of a token, each retry takes one.

    It starts full, so that a service with little traffic can retry too, and holds at most `most`.
    """

    ratio: float = 0.2
    most: float = 10.0
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.most

    def deposit(self) -> None:
        """Add the share of one request."""
        self.tokens = min(self.most, self.tokens + self.ratio)

    def withdraw(self) -> bool:
        """Take a token; return whether there was one."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
