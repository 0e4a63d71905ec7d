"""What the official exporters lack: longer retries while the Collector is down, and a count of lost items.

They drop a batch after six attempts in 31 seconds, and count a refused one as exported.
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
"""About 130 seconds in all, as the first pauses are shorter."""
BUSY = frozenset({429, 502, 503, 504})  # the answers that OTLP calls retryable


def retrying_session() -> Session:
    """Return a session that retries a request while the Collector is down or busy."""
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


class ExportCounter:
    """Counts the spans and log records that were exported, and those that were dropped."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = Counter("shop_telemetry_sent", "Items that were delivered.", ("signal",), registry=registry)
        self._dropped = Counter("shop_telemetry_dropped", "Items that were given up.", ("signal",), registry=registry)
        for signal in ("traces", "logs"):
            self._sent.labels(signal)
            self._dropped.labels(signal)

    def of(self, exporter: Exporter, signal: str) -> Exporter:
        """Return the exporter, with each batch counted."""
        export = exporter.export

        def export_and_count(batch: Sequence[Any]) -> Any:
            result = export(batch)
            counter = self._sent if result.name == "SUCCESS" else self._dropped
            counter.labels(signal).inc(len(batch))
            return result

        exporter.export = export_and_count  # type: ignore[assignment, method-assign]
        return exporter
