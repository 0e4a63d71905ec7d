"""What the shop packs by hand is what the official classes read, and what the SDK's own encoder would have packed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from apps.telemetry import wire
from apps.telemetry.line import Line
from apps.telemetry.tracing import parse

RESOURCE = Resource({"service.name": "web", "service.instance.id": "é" * 200, "number": 7})
VALUES = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(st.text(max_size=5), max_size=3),
)
ATTRIBUTES = st.dictionaries(st.text(min_size=1), VALUES, max_size=5)
IDS = st.integers(1, 2**64 - 1)


def made(name: str, kind: SpanKind, attributes: dict[str, Any], failed: str | None, parent: int) -> ReadableSpan:
    """A span with an event, as the SDK makes it."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    context = None
    if parent:
        above = trace.SpanContext(parent * 2**64 + 1, parent, is_remote=True, trace_flags=trace.TraceFlags(1))
        context = trace.set_span_in_context(NonRecordingSpan(above))
    span = provider.get_tracer("apps").start_span(name, context, kind, attributes)
    span.add_event("happened", attributes)
    if failed is not None:
        span.set_status(StatusCode.ERROR, failed or None)
    span.end()
    return kept.get_finished_spans()[0]


@given(st.text(), st.sampled_from(SpanKind), ATTRIBUTES, st.one_of(st.none(), st.text()), st.one_of(st.just(0), IDS))
def test_spans_are_what_the_sdk_would_send(
    name: str, kind: SpanKind, attributes: dict[str, Any], failed: str | None, parent: int
) -> None:
    """Every field of every span reads the same as from the SDK's encoder."""
    spans = [made(name, kind, attributes, failed, parent), made("other", kind, {}, None, 0)]

    packed = wire.pack_spans(wire.pack_resource(RESOURCE), wire.pack_scope("apps"), spans)
    read = ExportTraceServiceRequest.FromString(packed)

    assert read == ExportTraceServiceRequest.FromString(encode_spans(spans).SerializeToString())


@given(st.text(), ATTRIBUTES, st.one_of(st.just(0), IDS))
def test_lines_arrive_as_they_were(body: str, attributes: dict[str, Any], span_id: int) -> None:
    """Text, level, time, attributes, logger and ids of a line are what the official classes read."""
    line = Line(1_700_000_000_123_456_789, 17, "ERROR", body, attributes, span_id * 2**64, span_id, 1, "apps.requests")

    packed = wire.pack_lines(wire.pack_resource(RESOURCE), [line, line])
    (block,) = ExportLogsServiceRequest.FromString(packed).resource_logs
    (scope,) = block.scope_logs
    record = scope.log_records[1]

    assert len(scope.log_records) == 2
    assert {pair.key for pair in block.resource.attributes} == set(RESOURCE.attributes)
    assert scope.scope.name == "apps.requests"
    assert (record.body.string_value, record.severity_text, record.severity_number) == (body, "ERROR", 17)
    assert record.time_unix_nano == record.observed_time_unix_nano == line.nanoseconds
    assert [pair.key for pair in record.attributes] == list(attributes)
    assert record.span_id == (span_id.to_bytes(8) if span_id else b"")
    assert record.trace_id == ((span_id * 2**64).to_bytes(16) if span_id else b"")


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    "header",
    [
        f"00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-00",
        f"01-{TRACE}-{SPAN}-01-what-the-future-brings",
        f"00-{TRACE}-{SPAN}-01-not-yet",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}",
        "",
        "nonsense",
    ],
)
def test_trace_context_is_read_as_the_library_reads_it(header: str) -> None:
    """The ids and the flag are those that OpenTelemetry's own propagator finds, and broken headers are ignored."""
    context = TraceContextTextMapPropagator().extract({"traceparent": header})
    theirs = trace.get_current_span(context).get_span_context()

    ours = parse(header.encode())

    assert ours.is_valid == theirs.is_valid
    if ours.is_valid:
        assert (ours.trace_id, ours.span_id) == (theirs.trace_id, theirs.span_id)
        assert (ours.trace_flags, ours.is_remote) == (theirs.trace_flags, True)
