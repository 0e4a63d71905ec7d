"""Sets up OpenTelemetry's SDK for a tier, as the standard variables of the environment ask for it."""

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

from apps.telemetry.delivery import Deliveries, retrying_session

DEFAULTS = {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",  # else the packages use names that are deprecated
    "OTEL_TRACES_SAMPLER": "always_on",  # the Collector decides what is kept, never the flag of a visitor
    "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    "OTEL_BSP_SCHEDULE_DELAY": "1000",  # an exemplar leads to its trace soon
    "OTEL_BSP_MAX_QUEUE_SIZE": "8192",  # what waits while the Collector is away
    "OTEL_BLRP_MAX_QUEUE_SIZE": "8192",
    "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED": "true",  # how full the queues are, and what they dropped
}
"""Standard variables that have a value of ours where the environment has none."""
BASE = Resource({"service.namespace": "slobox", "deployment.environment.name": "demo"})
FLUSH_SECONDS = 4.5  # how long a tier that leaves waits until its last spans and log records are delivered

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the instrumentations send to; without a logger provider logs go to stdout alone."""

    tracer_provider: trace.TracerProvider = field(default_factory=trace.get_tracer_provider)
    logger_provider: LoggerProvider | None = None
    sends_traces: bool = False
    shutdowns: tuple[Callable[[], None], ...] = ()
    by_agent: bool = False

    def close(self) -> None:
        """Deliver what waits, for a few seconds at most: the SDK itself would take up to thirty."""
        threads, end = [Thread(target=each, daemon=True) for each in self.shutdowns], monotonic() + FLUSH_SECONDS
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        if any(thread.is_alive() for thread in threads):
            log.warning("telemetry was not delivered before the end")


def set_up(tier: str, version: str, registry: CollectorRegistry) -> Telemetry:
    """Providers for traces and logs; without an endpoint spans are not recorded, but their IDs still join the tiers."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return Telemetry(by_agent=True)  # the process was started by `opentelemetry-instrument`, which does it all
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if "OTEL_PROPAGATORS" not in os.environ:  # no baggage: visitors could put anything into it
        propagate.set_global_textmap(TraceContextTextMapPropagator())
    resource = BASE.merge(Resource.create({"service.name": tier, "service.version": version}))
    meters = _meters(registry) if is_sent("traces") or is_sent("logs") else None
    count = Deliveries(registry)
    sampler = None if is_sent("traces") else ALWAYS_OFF
    tracers = TracerProvider(sampler, resource, shutdown_on_exit=False)
    if is_sent("traces"):
        spans = count.of(OTLPSpanExporter(session=retrying_session(), meter_provider=meters), "traces")
        tracers.add_span_processor(BatchSpanProcessor(spans, meter_provider=meters))
    if not is_sent("logs"):
        return Telemetry(tracers, None, is_sent("traces"), (tracers.shutdown,))
    loggers = LoggerProvider(resource, shutdown_on_exit=False)
    records = count.of(OTLPLogExporter(session=retrying_session(), meter_provider=meters), "logs")
    loggers.add_log_record_processor(BatchLogRecordProcessor(records, meter_provider=meters))
    return Telemetry(tracers, loggers, is_sent("traces"), (tracers.shutdown, loggers.shutdown))


def _meters(registry: CollectorRegistry) -> MeterProvider:
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registry)
    return MeterProvider([reader], shutdown_on_exit=False)


def is_sent(signal: str) -> bool:
    """Whether the standard variables name an endpoint for a signal, and do not switch it off."""
    upper = signal.upper()
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    endpoint = os.environ.get(f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return bool(endpoint) and os.environ.get(f"OTEL_{upper}_EXPORTER", "otlp") == "otlp"
