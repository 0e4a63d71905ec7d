"""The metrics of HTTP requests, with pre-initialised series."""

from collections.abc import Iterable

from opentelemetry.trace import INVALID_SPAN, Span
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from apps.telemetry.exemplars import ExemplarSampler

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds in seconds; every latency threshold of an SLO must be one of them."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
READS = ("200", "404", "422", "500", "502", "503", "504")
WRITES = ("200", "201", "303", "400", "409", "413", "422", "500", "502", "503", "504")


def new_registry() -> CollectorRegistry:
    """Return a registry with the metrics of the process."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series, and nothing reads them
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class HttpMetrics:
    """Counts requests and measures their time."""

    def __init__(self, registry: CollectorRegistry, exemplar_seconds: float) -> None:
        marked = Counter("shop_exemplars_marked", "Spans marked because an exemplar points at them.", registry=registry)
        self._requests = Counter("http_requests", "Requests served.", ("route", "method", "status"), registry=registry)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time until the last part of the response was handed over.",
            ("route", "method"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._gate = ExemplarSampler(BUCKETS, exemplar_seconds, marked.inc)

    def initialise(self, routes: Iterable[tuple[str, str]]) -> None:
        """Pre-initialise the series of these routes and methods, so that the first error is an increase."""
        for route, method in (*routes, (UNMATCHED, "GET")):
            self._seconds.labels(route, method)
            for status in READS if method == "GET" else WRITES:
                self._requests.labels(route, method, status)

    def observe(self, route: str, method: str, status: int, seconds: float, span: Span = INVALID_SPAN) -> None:
        """Count one request while its span is recording."""
        method = method if method in METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds, self._gate.take(span, (route, method), seconds))
