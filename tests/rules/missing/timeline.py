"""Series of a run: how fast each one counts in every minute, when it can be scraped, and its samples for promtool."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MINUTES = 420
"""How long a run takes."""
MINUTE = 60
EDGE = 1
"""Minutes around a change in which `rate` may count a part of a scrape interval more or less."""


@dataclass(frozen=True)
class Span:
    """Minutes without samples, the last one not included; `restarts`: the counter begins at 0 behind them."""

    start: int
    end: int
    restarts: bool = False


@dataclass
class Series:
    """A counter.

    Attributes:
        metric: its name.
        labels: its labels.
        rates: events of each minute, seen or not.
        absent: when it has no samples.
    """

    metric: str
    labels: Mapping[str, str]
    rates: Sequence[float]
    absent: list[Span] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The series as PromQL writes it."""
        return self.metric + "{" + ",".join(f'{name}="{value}"' for name, value in self.labels.items()) + "}"

    def present(self) -> list[bool]:
        """Whether there are samples, for every minute."""
        seen = [True] * MINUTES
        for span in self.absent:
            seen[span.start : span.end] = [False] * (span.end - span.start)
        return seen

    def counted(self) -> tuple[list[float], list[float]]:
        """Least and most events of every minute that its samples show."""
        seen = self.present()
        least = [rate if there else 0.0 for rate, there in zip(self.rates, seen, strict=True)]
        most = list(least)
        for edge in self.edges():
            near = range(max(0, edge - EDGE), min(MINUTES, edge + EDGE))
            fastest = max(least[n] for n in near)
            for minute in near:
                least[minute], most[minute] = 0.0, 2 * max(fastest, most[minute])
        return least, most

    def edges(self) -> list[int]:
        """Minutes at which the series appears, disappears or changes its rate."""
        state = [rate if there else None for rate, there in zip(self.rates, self.present(), strict=True)]
        return [n for n in range(1, MINUTES) if state[n] != state[n - 1]]

    def values(self, step: int) -> str:
        """Its samples, one every `step` seconds, as promtool writes them."""
        return " ".join(self._values(MINUTE // step))

    def _values(self, per_minute: int) -> Iterator[str]:
        seen, restarts = self.present(), {span.end for span in self.absent if span.restarts}
        value, bounds = 0.0, [0, *self.edges(), MINUTES]
        for start, end in pairwise(bounds):
            samples, growth = (end - start) * per_minute, self.rates[start] / per_minute
            value = 0.0 if start in restarts else value
            if seen[start]:
                yield f"{value:.10g}+{growth:.10g}x{samples - 1}"
            else:
                yield f"stale _x{samples - 1}" if start else f"_x{samples}"
            value += growth * samples
