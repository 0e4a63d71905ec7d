"""What a lint may ask about metrics, whoever knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Series = Mapping[str, str]
"""The labels of one series, without its name."""


class Metrics(Protocol):
    """Metrics of one program, or of a whole server.

    Attributes:
        where: what messages call it.
        complete: series have all labels that the rules will see; those of a single program lack what Prometheus adds
            when it scrapes, such as job and instance.
    """

    where: str
    complete: bool

    def kind(self, name: str) -> str:
        """The type of a metric, or of the histogram or summary that it belongs to; empty without metadata."""
        ...

    def unit(self, name: str) -> str:
        """The unit that metadata gives for a metric, as spelled there; empty without one."""
        ...

    def highest(self, name: str) -> float | None:
        """Return the largest value of the metric, or None without a series."""
        ...

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """The different values of these labels among the series of a metric; None where there are too many to look."""
        ...

    def labels(self, name: str) -> Sequence[str]:
        """All labels that series of the metric have."""
        ...

    def names(self) -> Sequence[str]:
        """All metrics."""
        ...
