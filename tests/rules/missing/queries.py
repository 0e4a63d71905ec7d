"""Expressions of a grammar: how PromQL writes them, and what they count where some of their series are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.rules.missing.timeline import MINUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.rules.missing.timeline import Series

BLUR = 6
"""Minutes around the appearance of data in which five-minute records may hold it or not."""


@dataclass(frozen=True)
class Counts:
    """What a query gives for one member of the group, for every minute.

    Attributes:
        there: whether anything that it adds up has samples.
        least: the fewest events.
        most: the most events.
        unknown: minutes of which nothing can be said whatever else is there.
    """

    there: Sequence[bool]
    least: Sequence[float]
    most: Sequence[float]
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Counter:
    """All series of a metric that carry these labels; `above`: only series with more events a second than that."""

    metric: str
    labels: Mapping[str, str]
    above: float | None = None

    @property
    def selector(self) -> str:
        """The selector."""
        matchers = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
        return f"{self.metric}{{{matchers}}}" if matchers else self.metric

    def text(self, by: str) -> str:
        """The query; `by` names the label of the group."""
        kept = "" if self.above is None else f" > {self.above}"
        return f"sum{by}(rate({self.selector}[$window]){kept})"

    def metrics(self) -> set[str]:
        """The metrics of all operands that are added."""
        return {self.metric}

    def of(self, series: Sequence[Series]) -> list[Series]:
        """Those series that it selects."""
        return [one for one in series if one.metric == self.metric and self.labels.items() <= one.labels.items()]

    def count(self, series: Sequence[Series]) -> Counts:
        """What its series show."""
        found = self.of(series)
        there = [any(seen) for seen in zip(*(one.present() for one in found), strict=True)] or [False] * MINUTES
        counted = [self._kept(one) for one in found]
        return Counts(there, _added([least for least, _ in counted]), _added([most for _, most in counted]))

    def _kept(self, one: Series) -> tuple[list[float], list[float]]:
        least, most = one.counted()
        if self.above is None:
            return least, most
        slow = [rate <= self.above * 60 for rate in one.rates]
        near = around(one.edges(), BLUR)
        least = [0.0 if slow[n] or n in near else count for n, count in enumerate(least)]
        return least, [0.0 if slow[n] and n not in near else count for n, count in enumerate(most)]


@dataclass(frozen=True)
class Sum:
    """Aggregations that are added: one that has no series counts 0 beside another one that has."""

    parts: tuple[Counter, ...]

    def text(self, by: str) -> str:
        """The query."""
        return " + ".join(part.text(by) for part in self.parts)

    def metrics(self) -> set[str]:
        """The metrics of all operands that are added."""
        return {part.metric for part in self.parts}

    def count(self, series: Sequence[Series]) -> Counts:
        """There where any part is."""
        counts = [part.count(series) for part in self.parts]
        there = [any(seen) for seen in zip(*(one.there for one in counts), strict=True)]
        return Counts(there, _added([one.least for one in counts]), _added([one.most for one in counts]))


@dataclass(frozen=True)
class Difference:
    """Aggregations of which one is taken away: it counts 0 where it has no series, unless it is `needed`."""

    whole: Counter
    part: Counter
    needed: bool = False

    def text(self, by: str) -> str:
        """The query."""
        return f"{self.whole.text(by)} - {self.part.text(by)}"

    def metrics(self) -> set[str]:
        """The metrics of all operands that are added."""
        return self.whole.metrics()

    def count(self, series: Sequence[Series]) -> Counts:
        """There where the first one is."""
        whole, part = self.whole.count(series), self.part.count(series)
        least = [max(0.0, low - high) for low, high in zip(whole.least, part.most, strict=True)]
        most = [max(0.0, high - low) for high, low in zip(whole.most, part.least, strict=True)]
        unknown = frozenset(n for n, there in enumerate(part.there) if self.needed and not there)
        return Counts(whole.there, least, most, unknown)


Query = Counter | Sum | Difference


def written(query: Query, by: str, *, plain: bool) -> str:
    """Return a query as written in the file; `plain`: as a selector, if it is one."""
    if plain and isinstance(query, Counter) and query.above is None:
        return query.selector
    return query.text(by)


def around(edges: Sequence[int], width: int) -> set[int]:
    """All minutes within a distance of some."""
    return {n for edge in edges for n in range(edge - width, edge + width)}


def _added(counts: Sequence[Sequence[float]]) -> list[float]:
    return [sum(minute) for minute in zip(*counts, strict=True)] or [0.0] * MINUTES
