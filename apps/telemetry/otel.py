"""Sets up OpenTelemetry's SDK for a tier by its standard environment variables."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic

import structlog
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry

from apps.telemetry.export import ExportCounter, retrying_session

DEFAULTS = {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",  # else the packages use names that are deprecated
    "OTEL_TRACES_SAMPLER": "always_on",  # the Collector samples, not the flag of a client
    "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    "OTEL_BSP_SCHEDULE_DELAY": "1000",  # an exemplar leads to its trace soon
    "OTEL_BSP_MAX_QUEUE_SIZE": "8192",  # the export queue while the Collector is down
    "OTEL_BLRP_MAX_QUEUE_SIZE": "8192",
    "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED": "true",  # length and drops of the queues
}
"""Defaults of standard variables."""
BASE = Resource({"service.namespace": "slobox", "deployment.environment.name": "demo"})
FLUSH_SECONDS = 4.5  # for the last spans and log records of a tier that shuts down

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The providers of traces and logs; without a logger provider logs go to stdout alone."""

    tracer_provider: trace.TracerProvider = field(default_factory=trace.get_tracer_provider)
    logger_provider: LoggerProvider | None = None
    exports_traces: bool = False
    shutdowns: tuple[Callable[[], None], ...] = ()
    by_agent: bool = False

    def close(self) -> None:
        """Flush the export queues, for a few seconds at most: the SDK itself would take up to thirty."""
        threads, end = [Thread(target=each, daemon=True) for each in self.shutdowns], monotonic() + FLUSH_SECONDS
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        if any(thread.is_alive() for thread in threads):
            log.warning("telemetry was not exported before the shutdown")


def set_up(tier: str, version: str, registry: CollectorRegistry) -> Telemetry:
    """Return the providers; without an endpoint spans are not recorded, but their IDs still correlate the tiers."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return Telemetry(by_agent=True)  # `opentelemetry-instrument` has started this process
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if "OTEL_PROPAGATORS" not in os.environ:  # no baggage: clients could put anything into it
        propagate.set_global_textmap(TraceContextTextMapPropagator())
    resource = BASE.merge(Resource.create({"service.name": tier, "service.version": version}))
    meters = _meters(registry) if is_exported("traces") or is_exported("logs") else None
    count = ExportCounter(registry)
    sampler = None if is_exported("traces") else ALWAYS_OFF
    tracers = TracerProvider(sampler, resource, shutdown_on_exit=False)
    if is_exported("traces"):
        spans = count.of(OTLPSpanExporter(session=retrying_session(), meter_provider=meters), "traces")
        tracers.add_span_processor(BatchSpanProcessor(spans, meter_provider=meters))
    if not is_exported("logs"):
        return Telemetry(tracers, None, is_exported("traces"), (tracers.shutdown,))
    loggers = LoggerProvider(resource, shutdown_on_exit=False)
    records = count.of(OTLPLogExporter(session=retrying_session(), meter_provider=meters), "logs")
    loggers.add_log_record_processor(BatchLogRecordProcessor(records, meter_provider=meters))
    return Telemetry(tracers, loggers, is_exported("traces"), (tracers.shutdown, loggers.shutdown))


def _meters(registry: CollectorRegistry) -> MeterProvider:
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registry)
    return MeterProvider([reader], shutdown_on_exit=False)


def is_exported(signal: str) -> bool:
    """Return whether the variables name an endpoint for a signal, and do not disable it."""
    upper = signal.upper()
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    endpoint = os.environ.get(f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return bool(endpoint) and os.environ.get(f"OTEL_{upper}_EXPORTER", "otlp") == "otlp"
