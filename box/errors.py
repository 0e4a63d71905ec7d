"""What a user can do something about: one sentence, exit code 1, no traceback."""

from dataclasses import dataclass


class BoxError(Exception):
    """A condition the user can act on; its text is shown as it is."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with which component, and what to do: together one line."""

    component: str
    problem: str
    repair: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.component}: {self.problem}; {self.repair}"


class BrokenError(Exception):
    """A component does not do what it should."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(str(broken))
        self.broken = broken
