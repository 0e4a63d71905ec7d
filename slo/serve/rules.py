"""The rules that a server runs, shared by all viewers; the last good ones where it does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.observe.errors import ObserveError
from slo.serve.shared import Shared

if TYPE_CHECKING:
    from slo.serve.prometheus import Prometheus, Rule

_MOST = 256


class Rules:
    """Rules by the shard of the SLOs that they are about."""

    def __init__(self, prometheus: Prometheus, age: float = 15.0) -> None:
        self._prometheus = prometheus
        self._age = age
        self._shared: Shared[list[Rule]] = Shared(_MOST)
        self._last: dict[str, list[Rule]] = {}

    def of(self, shard: str) -> tuple[list[Rule], str]:
        """Return the rules of a shard, and why they may be old; empty where they are not."""
        try:
            found = self._shared.get(shard, self._age, lambda: self._prometheus.rules(f"slo-{shard}"))
        except ObserveError as error:
            return self._last.get(shard, []), str(error)
        if shard in self._last or len(self._last) < _MOST:
            self._last[shard] = found
        return found, ""
