"""The metrics of several programs, looked at as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.observe.metrics import Metrics, Series


class Together:
    """Several sources of metrics."""

    def __init__(self, parts: Sequence[Metrics]) -> None:
        """Nothing is asked yet."""
        self._parts = parts
        self.where = " and ".join(part.where for part in parts)
        self.complete = all(part.complete for part in parts)

    def kind(self, name: str) -> str:
        """What the first one says that knows the metric."""
        return next((kind for part in self._parts if (kind := part.kind(name))), "")

    def unit(self, name: str) -> str:
        """What the first one says that knows it."""
        return next((unit for part in self._parts if (unit := part.unit(name))), "")

    def highest(self, name: str) -> float | None:
        """The largest value of all."""
        return max((value for part in self._parts if (value := part.highest(name)) is not None), default=None)

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """Those of all."""
        wanted = tuple(labels)
        found = [part.series(name, wanted) for part in self._parts]
        return None if None in found else [series for one in found for series in one or ()]

    def labels(self, name: str) -> Sequence[str]:
        """Those of all."""
        return sorted({label for part in self._parts for label in part.labels(name)})

    def names(self) -> Sequence[str]:
        """Those of all."""
        return list(dict.fromkeys(name for part in self._parts for name in part.names()))
