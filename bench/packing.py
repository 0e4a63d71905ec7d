"""How long it takes to pack a span for the wire: by the shop, and by the SDK's encoder."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from apps.telemetry import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import ReadableSpan

_SPANS, _RUNS = 512, 15
_ATTRIBUTES: dict[str, str | int] = {
    "http.request.method": "GET",
    "url.scheme": "http",
    "url.path": "/products",
    "http.route": "/products",
    "http.response.status_code": 200,
}


def packing() -> tuple[float, float]:
    """Processor seconds per span, ours and the SDK's: the best of several runs."""
    resource = Resource({"service.name": "web"})
    spans = _spans(resource)
    who, scope = wire.pack_resource(resource), wire.pack_scope("bench")
    ours = _best(lambda: wire.pack_spans(who, scope, spans))
    return ours, _best(lambda: encode_spans(spans).SerializeToString())


def _spans(resource: Resource) -> list[ReadableSpan]:
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("bench")
    for _ in range(_SPANS):
        tracer.start_span("GET /products", kind=SpanKind.SERVER, attributes=_ATTRIBUTES).end()
    return list(kept.get_finished_spans())


def _best(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_RUNS):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) / _SPANS)
    return min(taken)
