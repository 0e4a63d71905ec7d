"""The metrics of calls to other tiers and stores, with pre-initialised series."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from apps.telemetry.metrics import BUCKETS

OUTCOMES = ("ok", "refused", "error", "timeout", "circuit_open")
BREAKER_STATES = ("closed", "open", "half_open")


class DependencyMetrics:
    """Calls to other tiers and stores."""

    def __init__(self, registry: CollectorRegistry, dependencies: Iterable[str]) -> None:
        self._requests = Counter(
            "shop_dependency_requests",
            "Attempts to call a dependency, by outcome.",
            ("dependency", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "shop_dependency_duration_seconds",
            "Time of an attempt to call a dependency.",
            ("dependency",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.retries = Counter(
            "shop_retries",
            "Retries of calls: made, or denied by the retry budget.",
            ("dependency", "outcome"),
            registry=registry,
        )
        self._breaker = Gauge(
            "shop_breaker_state",
            "1 for the state that the circuit breaker is in.",
            ("dependency", "state"),
            registry=registry,
        )
        for name in dependencies:
            self._initialise(name)

    def observe(self, dependency: str, outcome: str, seconds: float) -> None:
        """Count one attempt; the histogram leaves out those that the breaker refused."""
        self._requests.labels(dependency, outcome).inc()
        if outcome != "circuit_open":
            self._seconds.labels(dependency).observe(seconds)

    def breaker_changed(self, dependency: str, state: str) -> None:
        """Set the state of a circuit breaker."""
        for known in BREAKER_STATES:
            self._breaker.labels(dependency, known).set(float(known == state))

    def _initialise(self, name: str) -> None:
        self._seconds.labels(name)
        for outcome in OUTCOMES:
            self._requests.labels(name, outcome)
        for outcome in ("made", "denied"):
            self.retries.labels(name, outcome)
        self.breaker_changed(name, "closed")
