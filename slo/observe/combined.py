"""The metrics of several sources as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.observe.metrics import Metrics, Series


class CombinedMetrics:
    """Several sources of metrics."""

    def __init__(self, sources: Sequence[Metrics]) -> None:
        """Combine the sources."""
        self._sources = sources
        self.where = " and ".join(source.where for source in sources)
        self.complete = all(source.complete for source in sources)

    def kind(self, name: str) -> str:
        """Return the type that the first source knows."""
        return next((kind for source in self._sources if (kind := source.kind(name))), "")

    def unit(self, name: str) -> str:
        """Return the unit that the first source knows."""
        return next((unit for source in self._sources if (unit := source.unit(name))), "")

    def highest(self, name: str) -> float | None:
        """Return the largest value."""
        return max((value for source in self._sources if (value := source.highest(name)) is not None), default=None)

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """Return the series of all sources; None if one has too many."""
        wanted = tuple(labels)
        found = [source.series(name, wanted) for source in self._sources]
        return None if None in found else [series for one in found for series in one or ()]

    def labels(self, name: str) -> Sequence[str]:
        """Return the labels in any source."""
        return sorted({label for source in self._sources for label in source.labels(name)})

    def names(self) -> Sequence[str]:
        """Return the metrics of all sources."""
        return list(dict.fromkeys(name for source in self._sources for name in source.names()))
