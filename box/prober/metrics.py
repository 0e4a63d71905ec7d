"""The metrics of the prober, with pre-initialised series."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

Outcome: TypeAlias = Literal["ok", "bad_response", "timeout", "connection_error", "not_started"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; every latency threshold of an SLO must be one of them."""
LAG_BUCKETS = (0.001, 0.01, 0.1, 1.0, 10.0)


def differ(one: float, other: float) -> bool:
    """Return whether two durations belong in different buckets."""
    return bisect_left(BUCKETS, one) != bisect_left(BUCKETS, other)


class ProberMetrics:
    """Probes by outcome, their duration, and how late the prober itself was. All series exist from the start."""

    MEDIA_TYPE = CONTENT_TYPE_LATEST

    def __init__(self, journeys: Iterable[str], registry: CollectorRegistry | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the series and nothing here reads them
        self._registry = registry or CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter("probe_requests", "Probes.", ("journey", "outcome"), registry=self._registry)
        self._seconds = Histogram(
            "probe_duration_seconds",
            "Time from the intended start of a probe to its answer, or to its failure.",
            ("journey", "outcome"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._unmeasured = Counter(
            "probe_unmeasured",
            "Intended starts without a result, because the prober itself did not run.",
            ("journey",),
            registry=self._registry,
        )
        self._lag = Histogram(
            "probe_lag_seconds",
            "Time from the intended start of a probe until the prober came to it.",
            buckets=LAG_BUCKETS,
            registry=self._registry,
        )
        for journey in journeys:
            self._unmeasured.labels(journey)
            for outcome in OUTCOMES:
                self._requests.labels(journey, outcome)
                self._seconds.labels(journey, outcome)

    def measured(self, journey: str, outcome: Outcome, seconds: float) -> None:
        """Count a probe that has ended."""
        self._requests.labels(journey, outcome).inc()
        self._seconds.labels(journey, outcome).observe(seconds)

    def unmeasured(self, journey: str) -> None:
        """Count an intended start that the prober could not measure."""
        self._unmeasured.labels(journey).inc()

    def lag(self, seconds: float) -> None:
        """Note how late the prober came to an intended start."""
        self._lag.observe(seconds)

    def exposition(self) -> bytes:
        """Return all samples as text."""
        return generate_latest(self._registry)
