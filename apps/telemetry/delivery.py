"""What the official exporters lack: patience with a Collector that is away, and a true count of what was lost.

They give a batch up after six tries in 31 seconds, and count one that was refused as exported.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from prometheus_client import CollectorRegistry, Counter
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import Retry

Exporter = TypeVar("Exporter", OTLPSpanExporter, OTLPLogExporter)

RETRIES = 30
LONGEST_PAUSE_SECONDS = 5
"""Together about 130 seconds, the first pauses being shorter; a Collector that is back is noticed this soon."""
BUSY = frozenset({429, 502, 503, 504})  # the answers that OTLP calls retryable


def retrying_session() -> Session:
    """A session that retries a request while the Collector is away or busy."""
    retry = Retry(
        RETRIES,
        backoff_factor=0.25,
        backoff_max=LONGEST_PAUSE_SECONDS,
        backoff_jitter=0.25,
        retry_after_max=LONGEST_PAUSE_SECONDS,
        status_forcelist=BUSY,
        allowed_methods=None,
        raise_on_status=False,
    )
    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


class Deliveries:
    """Counts the spans and log records that were delivered, and those that were given up."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = Counter("shop_telemetry_sent", "Items that were delivered.", ("signal",), registry=registry)
        self._dropped = Counter("shop_telemetry_dropped", "Items that were given up.", ("signal",), registry=registry)
        for signal in ("traces", "logs"):
            self._sent.labels(signal)
            self._dropped.labels(signal)

    def of(self, exporter: Exporter, signal: str) -> Exporter:
        """The exporter, of which each batch is counted from now on."""
        export = exporter.export

        def export_and_count(batch: Sequence[Any]) -> Any:
            result = export(batch)
            counter = self._sent if result.name == "SUCCESS" else self._dropped
            counter.labels(signal).inc(len(batch))
            return result

        exporter.export = export_and_count  # type: ignore[assignment, method-assign]
        return exporter
