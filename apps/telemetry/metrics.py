"""The metrics of a tier, on a registry that is passed in; every series that is known exists from the start."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from opentelemetry.trace import INVALID_SPAN, Span
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.telemetry.exemplars import ExemplarGate
from apps.telemetry.outbox import REASONS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds; every latency threshold of an SLO must be one of them."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
READS = ("200", "404", "422", "500", "502", "503", "504")
WRITES = ("200", "201", "303", "400", "409", "413", "422", "500", "502", "503", "504")
OUTCOMES = ("ok", "refused", "error", "timeout", "circuit_open")
BREAKER_STATES = ("closed", "open", "half_open")
SIGNALS = ("traces", "logs")


def new_registry() -> CollectorRegistry:
    """A registry with the metrics of the process itself."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series and nothing here reads them
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class HttpMeters:
    """Requests that were served, and how long they took."""

    def __init__(
        self, registry: CollectorRegistry, exemplar_seconds: float, keeps_traces: Callable[[], bool] = lambda: True
    ) -> None:
        marked = Counter("shop_exemplars_marked", "Spans marked because an exemplar points at them.", registry=registry)
        self._requests = Counter("http_requests", "Requests served.", ("route", "method", "status"), registry=registry)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time until the last part of the response was handed over.",
            ("route", "method"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._gate = ExemplarGate(BUCKETS, exemplar_seconds, marked.inc, keeps_traces)

    def announce(self, routes: Iterable[tuple[str, str]]) -> None:
        """Create the series of these (route, method), so that the first error is an increase and not a birth."""
        for route, method in (*routes, (UNMATCHED, "GET")):
            self._seconds.labels(route, method)
            for status in READS if method == "GET" else WRITES:
                self._requests.labels(route, method, status)

    def observe(self, route: str, method: str, status: int, seconds: float, span: Span = INVALID_SPAN) -> None:
        """Count one request; must be called while its span is still recording."""
        method = method if method in METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds, self._gate.take(span, (route, method), seconds))


class DependencyMeters:
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
            self._announce(name)

    def observe(self, dependency: str, outcome: str, seconds: float) -> None:
        """Count one attempt; one that the breaker refused took no time and is left out of the histogram."""
        self._requests.labels(dependency, outcome).inc()
        if outcome != "circuit_open":
            self._seconds.labels(dependency).observe(seconds)

    def breaker_changed(self, dependency: str, state: str) -> None:
        """Show the state of a circuit breaker."""
        for known in BREAKER_STATES:
            self._breaker.labels(dependency, known).set(float(known == state))

    def _announce(self, name: str) -> None:
        self._seconds.labels(name)
        for outcome in OUTCOMES:
            self._requests.labels(name, outcome)
        for outcome in ("made", "denied"):
            self.retries.labels(name, outcome)
        self.breaker_changed(name, "closed")


@dataclass(frozen=True, slots=True)
class Reading:
    """A gauge that is read when somebody asks, with one value per value of `label`."""

    name: str
    help: str
    label: str
    read: Callable[[], dict[str, float]]


class Readings(Collector):
    """Exposes readings; they cost nothing between two scrapes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._readings: list[Reading] = []
        registry.register(self)

    def add(self, reading: Reading) -> None:
        """Expose one more."""
        self._readings.append(reading)

    def collect(self) -> Iterator[Metric]:
        """The current values."""
        for reading in self._readings:
            family = GaugeMetricFamily(reading.name, reading.help, labels=[reading.label] if reading.label else [])
            for value, number in reading.read().items():
                family.add_metric([value] if reading.label else [], number)
            yield family


class PipelineMeters:
    """What becomes of spans and log records that are to be sent; the series are there without a Collector, too."""

    def __init__(self, registry: CollectorRegistry, readings: Readings) -> None:
        self._sent = Counter(
            "shop_telemetry_sent", "Spans and log records that the Collector took.", ("signal",), registry=registry
        )
        self._dropped = Counter(
            "shop_telemetry_dropped",
            "Spans and log records that were lost, by reason.",
            ("signal", "reason"),
            registry=registry,
        )
        self._queues: dict[str, Callable[[], float]] = dict.fromkeys(SIGNALS, lambda: 0.0)
        for signal in SIGNALS:
            self._sent.labels(signal)
            for reason in REASONS:
                self._dropped.labels(signal, reason)
        readings.add(
            Reading(
                "shop_telemetry_waiting",
                "Spans and log records that wait for the Collector.",
                "signal",
                lambda: {signal: read() for signal, read in self._queues.items()},
            )
        )

    def tally(self, signal: str) -> "PipelineTally":
        """The counters of one signal."""
        return PipelineTally(self._sent.labels(signal), lambda reason: self._dropped.labels(signal, reason))

    def watch(self, signal: str, waiting: Callable[[], float]) -> None:
        """Show how many items of a signal wait."""
        self._queues[signal] = waiting


@dataclass(frozen=True, slots=True)
class PipelineTally:
    """Counts for one signal."""

    taken: Counter
    lost: Callable[[str], Counter]

    def sent(self, count: int) -> None:
        """So many were taken by the Collector."""
        self.taken.inc(count)

    def dropped(self, reason: str, count: int) -> None:
        """So many were lost."""
        self.lost(reason).inc(count)
