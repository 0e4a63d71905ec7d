"""Sends spans and logs to a Collector when the environment names one; else the SDK is not even imported."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.telemetry.line import Line
from apps.telemetry.metrics import PipelineMeters
from apps.telemetry.outbox import USUAL, Limits, Outbox, Tally, close
from apps.telemetry.tracing import UNTRACED, Tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import Tracer

    from apps.telemetry.delivery import HttpPost

FLUSH_SECONDS = 4.5
"""How long a tier that leaves waits for its last spans and logs, whether or not the Collector is there."""
SPARE = 1024
"""Room in the queue of spans below which no exemplar is given out: its trace might not get through."""
SCOPE = "apps"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What a tier sends beside its metrics, and the outboxes from which it goes."""

    tracing: Tracing = UNTRACED
    spans: Outbox[Any] | None = None
    lines: Outbox[Line] | None = None

    @property
    def outboxes(self) -> list[Outbox[Any]]:
        """Those that are there."""
        return [outbox for outbox in (self.spans, self.lines) if outbox is not None]

    def keeps_traces(self) -> bool:
        """True while every span that ends will be sent."""
        return self.spans is not None and self.spans.room(SPARE)

    def close(self) -> None:
        """Send what is still waiting, for a few seconds at most."""
        close(self.outboxes, FLUSH_SECONDS)


def endpoint(signal: str) -> str:
    """Where the standard variables say that a signal goes (`traces` or `logs`); empty: nowhere."""
    upper = signal.upper()
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ""
    if os.environ.get(f"OTEL_{upper}_EXPORTER", "otlp") != "otlp":
        return ""
    base = os.environ.get(ENDPOINT, "")
    return os.environ.get(f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT") or (f"{base.rstrip('/')}/v1/{signal}" if base else "")


def set_up(
    tier: str, version: str, meters: PipelineMeters, patience_seconds: float = USUAL.patience_seconds
) -> Telemetry:
    """Tracing and logs as the environment asks for them, by OpenTelemetry's standard variables.

    These know no patience: it is a setting of the shop.
    """
    places = {signal: endpoint(signal) for signal in ("traces", "logs")}
    if not any(places.values()):
        return Telemetry()
    from apps.telemetry.resource import describe  # noqa: PLC0415 - the SDK is a third of the start-up and of the memory

    resource = describe(tier, version)
    lines = _lines(resource, places["logs"], meters, limits("logs", patience_seconds)) if places["logs"] else None
    if not places["traces"]:
        return Telemetry(lines=lines)
    tracer, spans = _spans(resource, places["traces"], meters, limits("traces", patience_seconds))
    return Telemetry(Tracing(tracer), spans, lines)


def _spans(resource: "Resource", url: str, meters: PipelineMeters, limit: Limits) -> "tuple[Tracer, Outbox[Any]]":
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON  # noqa: PLC0415

    from apps.telemetry import signals, wire  # noqa: PLC0415

    who, scope = wire.pack_resource(resource), wire.pack_scope(SCOPE)
    post = _post(url, signals.rejected_spans)
    outbox = _outbox("traces", lambda spans: wire.pack_spans(who, scope, spans), post, meters, limit)
    # Everything is recorded, whatever flag a visitor sends: the Collector decides what is kept.
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(signals.SpanOutbox(outbox))
    return provider.get_tracer(SCOPE), outbox


def _lines(resource: "Resource", url: str, meters: PipelineMeters, limit: Limits) -> Outbox[Line]:
    from apps.telemetry import signals, wire  # noqa: PLC0415

    who = wire.pack_resource(resource)
    post = _post(url, signals.rejected_logs)
    return _outbox("logs", lambda lines: wire.pack_lines(who, lines), post, meters, limit)


def _post(url: str, rejected: Callable[[bytes], int]) -> "HttpPost":
    from apps.telemetry.delivery import HttpPost  # noqa: PLC0415

    headers = os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    return HttpPost(url, headers, os.environ.get("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"), rejected)


def _outbox(
    signal: str, encode: Callable[[list[Any]], bytes], post: "HttpPost", meters: PipelineMeters, limit: Limits
) -> Outbox[Any]:
    tally: Tally = meters.tally(signal)
    outbox: Outbox[Any] = Outbox(signal, lambda batch: post.pack(encode(batch)), post, tally, limit)
    meters.watch(signal, lambda: outbox.waiting)
    return outbox


def limits(signal: str, patience_seconds: float) -> Limits:
    """What the standard variables say about a signal: how much may wait, and the milliseconds of one request."""
    upper = signal.upper()
    queue = _number("OTEL_BSP_MAX_QUEUE_SIZE" if signal == "traces" else "OTEL_BLRP_MAX_QUEUE_SIZE")
    milliseconds = _number(f"OTEL_EXPORTER_OTLP_{upper}_TIMEOUT") or _number("OTEL_EXPORTER_OTLP_TIMEOUT")
    return Limits(
        queue=queue or USUAL.queue,
        patience_seconds=patience_seconds,
        request_seconds=milliseconds / 1000 if milliseconds else USUAL.request_seconds,
    )


def _number(variable: str) -> int:
    """A variable that is a number, or zero."""
    text = os.environ.get(variable, "")
    return int(text) if text.isascii() and text.isdigit() else 0
