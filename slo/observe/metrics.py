"""The protocol of metrics, from a scrape or a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Series = Mapping[str, str]
"""The labels of one series, without its name."""


class Metrics(Protocol):
    """Metrics of one program or of a server.

    Attributes:
        where: its name in messages.
        complete: series have all labels that rules see; those of one program lack what a scrape adds, such as job and
            instance.
    """

    where: str
    complete: bool

    def kind(self, name: str) -> str:
        """Return the type of a metric, or of its histogram or summary; empty without metadata."""
        ...

    def unit(self, name: str) -> str:
        """Return the unit in the metadata of a metric, as spelled there; empty without one."""
        ...

    def highest(self, name: str) -> float | None:
        """Return the largest value of the metric, or None without a series."""
        ...

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """Return the distinct values of these labels among the series of a metric; None if they are too many."""
        ...

    def labels(self, name: str) -> Sequence[str]:
        """Return all labels of the series of a metric."""
        ...

    def names(self) -> Sequence[str]:
        """Return all metrics."""
        ...
