"""The live timeline: events as they happen, and one status line with budget and burn rate."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from box.demo.objective import Objective
from box.demo.observer import Observation
from box.demo.theory import weight

PLAIN_SECONDS = 5.0
BAR = 16


@dataclass(slots=True)
class Timeline:
    """Prints events; on a terminal the last line moves, elsewhere a line comes every few seconds."""

    console: Console
    objective: Objective
    begun: float = field(default_factory=time.time)
    _live: Live | None = None
    _printed: float = 0.0

    def event(self, at: float, text: str) -> None:
        """Print an event at this time (seconds since epoch)."""
        clock = datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S.%f")[:-4]
        self.console.print(f"{clock}  {at - self.begun:+6.1f} s  {text}", highlight=False, markup=False, soft_wrap=True)

    def status(self, seen: Observation) -> None:
        """Show budget and burn rate."""
        if self._live:
            lines = (Text(part, no_wrap=True) for part in status_parts(seen, self.objective))
            self._live.update(Group(Text(), *lines))
        elif seen.at - self._printed >= PLAIN_SECONDS:
            self._printed = seen.at
            self.event(seen.at, "  " + status_line(seen, self.objective))

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the moving line on the terminal while the block runs."""
        if not self.console.is_terminal:
            yield
            return
        with Live(console=self.console, refresh_per_second=8, transient=True) as self._live:
            yield
        self._live = None


def status_line(seen: Observation, objective: Objective) -> str:
    """Return budget and burn rate in one line: what the alert compares, and with what."""
    return "  ".join(part for part in status_parts(seen, objective) if part)


def status_parts(seen: Observation, objective: Objective) -> tuple[str, ...]:
    """Return the same in parts that fit a narrow terminal: budget and burn rates, then the tiers that fire."""
    remaining = seen.values.get("slo:budget_remaining:ratio")
    if remaining is None:
        return ("waiting for the first visitors to be counted",)
    short = seen.values.get("slo:error_ratio:5m", 0.0) / objective.budget
    budget = f"budget {bar(remaining)} {remaining:6.1%}".replace("%", " %")
    rates = f"burn rate 1h {burn_rate(seen, objective):5.1f}, 5m {short:6.1f}, limit {objective.burn:g}"
    firing = f"FIRING {', '.join(sorted(seen.active))}" if seen.active else ""
    return (f"{budget}  {rates}", firing)


def building(seen: Observation, objective: Objective) -> str:
    """Return how far the alert's condition is."""
    return f"condition building: burn rate of the 1h window at {burn_rate(seen, objective):.1f} of {objective.burn:g}"


def burn_rate(seen: Observation, objective: Objective) -> float:
    """Return what the fast page compares with its threshold, as a multiple of the budget."""
    ratio = seen.values.get("slo:error_ratio:1h", 0.0)
    covered = seen.values.get("slo:events:1h covered", 0.0)
    return ratio * weight(covered, objective.rule.window) / objective.budget


def bar(share: float) -> str:
    """Return a fraction as a bar; below zero it is empty."""
    full = round(max(0.0, min(1.0, share)) * BAR)
    return "█" * full + "░" * (BAR - full)
