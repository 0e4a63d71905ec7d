"""Errors that a user can act on: one line, exit code 1, no traceback."""

from dataclasses import dataclass


class BoxError(Exception):
    """A condition the user can act on; its text is shown as it is."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A component, its problem and the repair, shown as one line."""

    component: str
    problem: str
    repair: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.component}: {self.problem}; {self.repair}"


class BrokenError(Exception):
    """A component is broken."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(str(broken))
        self.broken = broken
