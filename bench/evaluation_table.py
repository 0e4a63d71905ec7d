"""What a Prometheus took for rules, as a table: seconds, bytes, and how much that is of what Sloth's rules take."""

from __future__ import annotations

from dataclasses import dataclass, fields
from statistics import median
from typing import TYPE_CHECKING

from bench.report import Table, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BARE = "no rules"
"""The row of a server that has none."""
_RATIOS = ("evaluation / Sloth", "processor / Sloth", "processor for rules / Sloth", "memory / Sloth")


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: seconds of all groups at their last evaluation, processor seconds in a minute, bytes of memory.

    `ready` is the number of seconds that Prometheus took to start and to load the rules.
    """

    evaluation: float
    cpu: float
    memory: float
    ready: float

    def __str__(self) -> str:
        return f"evaluation {self.evaluation:.3f} s, processor {self.cpu:.2f} s, memory {self.memory / 1e6:,.0f} MB"


def compared(found: Mapping[str, Sequence[Figures]], sizes: Mapping[str, int]) -> Table:
    """Medians of each row's rounds beside those of `Sloth`; `sizes` are numbers of rules, of all rows but `BARE`."""
    middles = {row: _middle(figures) for row, figures in found.items()}
    theirs, bare = middles.get("Sloth"), middles.pop(BARE)
    head = ("rules", "number", "evaluation, s", "processor, s", "memory, MB", "ready, s", *_RATIOS)
    rows = [_row(row, sizes[row], mine, _shares(mine, theirs, bare)) for row, mine in middles.items()]
    return Table(head, (*rows, _row(BARE, 0, bare, _shares(None, theirs, bare))))


def _middle(figures: Sequence[Figures]) -> Figures:
    return Figures(*(median(getattr(one, field.name) for one in figures) for field in fields(Figures)))


def _row(row: str, size: int, mine: Figures, shares: Sequence[str]) -> tuple[str, ...]:
    numbers = (f"{mine.evaluation:.3f}", f"{mine.cpu:.2f}", f"{mine.memory / 1e6:,.0f}", f"{mine.ready:.1f}")
    return (row, f"{size:,}", *numbers, *shares)


def _shares(mine: Figures | None, theirs: Figures | None, bare: Figures) -> list[str]:
    """Ratios of ours to Sloth's; what Prometheus takes without rules is the same in both, and no matter of rules."""
    if not mine or not theirs:
        return ["-" for _ in _RATIOS]
    for_rules = mine.cpu - bare.cpu, theirs.cpu - bare.cpu
    return [
        ratio(mine.evaluation, theirs.evaluation),
        ratio(mine.cpu, theirs.cpu),
        ratio(*for_rules) if min(for_rules) > 0 else "-",
        ratio(mine.memory, theirs.memory),
    ]
