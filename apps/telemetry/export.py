"""Sends spans and logs to a Collector when the environment names one; else the SDK is not even imported."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.telemetry.metrics import PipelineMeters
from apps.telemetry.outbox import USUAL, Limits, Outbox, Tally, close
from apps.telemetry.tracing import UNTRACED, Tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

FLUSH_SECONDS = 4.5
"""How long a tier that leaves waits for its last spans and logs, whether or not the Collector is there."""
SPARE = 1024
"""Room in the queue of spans below which no exemplar is given out: its trace might not get through."""
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What a tier sends beside its metrics; `handlers` are for the root logger of the process."""

    tracing: Tracing = UNTRACED
    handlers: tuple[logging.Handler, ...] = ()
    outboxes: tuple[Outbox[Any], ...] = ()
    spans: Outbox[Any] | None = None

    def keeps_traces(self) -> bool:
        """True while every span that ends will be sent."""
        return self.spans is not None and self.spans.room(SPARE)

    def close(self) -> None:
        """Send what is still waiting, for a few seconds at most."""
        close(list(self.outboxes), FLUSH_SECONDS)


def endpoint(signal: str) -> str:
    """Where the standard variables say that a signal goes (`traces` or `logs`); empty: nowhere."""
    upper = signal.upper()
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ""
    if os.environ.get(f"OTEL_{upper}_EXPORTER", "otlp") != "otlp":
        return ""
    base = os.environ.get(ENDPOINT, "")
    return os.environ.get(f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT") or (f"{base.rstrip('/')}/v1/{signal}" if base else "")


def set_up(tier: str, version: str, meters: PipelineMeters) -> Telemetry:
    """Tracing and logs as the environment asks for them, by OpenTelemetry's standard variables."""
    places = {signal: endpoint(signal) for signal in ("traces", "logs")}
    if not any(places.values()):
        return Telemetry()
    from apps.telemetry.resource import describe  # noqa: PLC0415 - the SDK is a third of the start-up and of the memory

    resource = describe(tier, version)
    spans = _spans(resource, places["traces"], meters) if places["traces"] else None
    handler, logs = _logs(resource, places["logs"], meters) if places["logs"] else (None, None)
    return Telemetry(
        tracing=UNTRACED if spans is None else Tracing(spans[0]),
        handlers=() if handler is None else (handler,),
        outboxes=tuple(outbox for outbox in (spans and spans[1], logs) if outbox is not None),
        spans=None if spans is None else spans[1],
    )


def _spans(resource: "Resource", url: str, meters: PipelineMeters) -> tuple[Any, Outbox[Any]]:
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON  # noqa: PLC0415

    from apps.telemetry import signals  # noqa: PLC0415

    outbox = _outbox("traces", url, signals.pack_spans, signals.rejected_spans, meters)
    # Everything is recorded, whatever flag a visitor sends: the Collector decides what is kept.
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(signals.SpanOutbox(outbox))
    return provider.get_tracer("apps"), outbox


def _logs(resource: "Resource", url: str, meters: PipelineMeters) -> tuple[logging.Handler, Outbox[Any]]:
    from apps.telemetry import signals  # noqa: PLC0415

    outbox = _outbox("logs", url, signals.pack_logs, signals.rejected_logs, meters)
    return signals.LogOutbox(outbox, resource), outbox


def _outbox(
    signal: str,
    url: str,
    encode: Callable[[list[Any]], bytes],
    rejected: Callable[[bytes], int],
    meters: PipelineMeters,
) -> Outbox[Any]:
    from apps.telemetry.delivery import HttpPost  # noqa: PLC0415

    post = HttpPost(
        url,
        os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", ""),
        os.environ.get("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        rejected,
    )
    tally: Tally = meters.tally(signal)
    outbox: Outbox[Any] = Outbox(signal, lambda batch: post.pack(encode(batch)), post, tally, _limits(signal))
    meters.watch(signal, lambda: outbox.waiting)
    return outbox


def _limits(signal: str) -> Limits:
    queue = os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE" if signal == "traces" else "OTEL_BLRP_MAX_QUEUE_SIZE", "")
    patience = os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT", "")
    return Limits(
        queue=int(queue) if queue.isdigit() and int(queue) else USUAL.queue,
        patience_seconds=float(patience) if patience.isdigit() else USUAL.patience_seconds,
    )
