"""Spans on their way into an outbox, and what the Collector's answers say."""

from collections.abc import Callable

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from apps.telemetry.outbox import Outbox


class SpanOutbox(SpanProcessor):
    """Puts each span that has ended into the outbox."""

    def __init__(self, outbox: Outbox[ReadableSpan]) -> None:
        self._outbox = outbox

    def on_end(self, span: ReadableSpan) -> None:
        """Take the span."""
        self._outbox.put(span)


def rejected_spans(body: bytes) -> int:
    """How many spans of a request were refused, as its answer says."""
    return _number(lambda: ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)


def rejected_logs(body: bytes) -> int:
    """How many log records of a request were refused, as its answer says."""
    return _number(lambda: ExportLogsServiceResponse.FromString(body).partial_success.rejected_log_records)


def _number(read: Callable[[], int]) -> int:
    """What is read of an answer; one that is no OTLP, as of a proxy that says `{}`, tells of nothing refused."""
    try:
        return int(read())
    except DecodeError:
        return 0
