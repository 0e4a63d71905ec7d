"""A counter with a limit on the values of its label, which no package has."""

from prometheus_client import CollectorRegistry, Counter

OTHER = "other"


class BoundedCounter:
    """Counts by the values of one label: the first `most` of them, and all others as `other`.

    A label should never hold what customers choose; this limits the damage when one does.
    """

    def __init__(self, name: str, text: str, label: str, most: int, registry: CollectorRegistry) -> None:
        self._counter = Counter(name, text, (label,), registry=registry)
        self._most = most
        self._known: set[str] = set()
        overflow = Counter(
            "shop_label_overflow",
            "Observations that were counted as `other`, because their label had too many values.",
            ("metric",),
            registry=registry,
        )
        self._overflow = overflow.labels(f"{name}_total")
        self._counter.labels(OTHER)

    def count(self, value: str, *, bounded: bool = True) -> None:
        """Count one observation; unless `bounded`, every new value becomes a series."""
        if value not in self._known:
            if bounded and len(self._known) >= self._most:
                self._overflow.inc()
                value = OTHER
            else:
                self._known.add(value)
        self._counter.labels(value).inc()

    def forget(self) -> None:
        """Remove all values, so that scrapes are small again."""
        self._known.clear()
        self._counter.clear()
        self._counter.labels(OTHER)
