"""How far recorded error ratios are from counted events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median


@dataclass(slots=True)
class Deviations:
    """What was seen of one window of one shape, by one kind of rules.

    Attributes:
        errors: |recorded / counted - 1| at each instant with enough bad events.
        absent: instants without a value although there were enough bad events.
        wrong: values that are no number, or infinite.
    """

    errors: list[float] = field(default_factory=list)
    absent: int = 0
    wrong: int = 0

    def add(self, recorded: float | None, counted: float) -> None:
        """Take one instant in."""
        if recorded is None:
            self.absent += 1
        elif not math.isfinite(recorded):
            self.wrong += 1
        else:
            self.errors.append(abs(recorded / counted - 1))

    @property
    def median(self) -> str:
        """The median in percent; `-` when nothing could be compared."""
        return _percent(median(self.errors)) if self.errors else "-"

    @property
    def worst(self) -> str:
        """The largest one in percent, and how often there was none: `NaN x 70`."""
        notes = [_percent(max(self.errors))] if self.errors else []
        notes += [f"NaN x {self.wrong}"] if self.wrong else []
        notes += [f"none x {self.absent}"] if self.absent else []
        return ", ".join(notes) or "-"

    @property
    def both(self) -> str:
        """Median and worst in one cell."""
        return f"{self.median} / {self.worst}"


def _percent(share: float) -> str:
    value = share * 100
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004 - where decimals say nothing any more
