"""Spans and log records on their way into an outbox: the two places where the SDK's types are touched."""

import logging
import traceback
from typing import Any

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from apps.telemetry.outbox import Outbox, sending
from apps.telemetry.redaction import redact

SEVERITIES = (
    (logging.CRITICAL, SeverityNumber.FATAL, "FATAL"),
    (logging.ERROR, SeverityNumber.ERROR, "ERROR"),
    (logging.WARNING, SeverityNumber.WARN, "WARN"),
    (logging.INFO, SeverityNumber.INFO, "INFO"),
    (logging.NOTSET, SeverityNumber.DEBUG, "DEBUG"),
)
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
"""Attributes that every record has; the others are what the caller gave."""
OUR_PIPELINE = ("apps.telemetry.outbox", "urllib3", "opentelemetry")
"""Loggers that speak about sending: their lines go to stdout alone, or a failure would feed itself."""


class SpanOutbox(SpanProcessor):
    """Puts each span that has ended into the outbox."""

    def __init__(self, outbox: Outbox[ReadableSpan]) -> None:
        self._outbox = outbox

    def on_end(self, span: ReadableSpan) -> None:
        """Take the span when it was sampled."""
        if span.context is not None and span.context.trace_flags.sampled:
            self._outbox.put(span)


def pack_spans(spans: list[ReadableSpan]) -> bytes:
    """Spans as one OTLP request."""
    return bytes(encode_spans(spans).SerializeToString())


def rejected_spans(body: bytes) -> int:
    """How many spans of a request were refused, as its answer says."""
    return int(ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)


class LogOutbox(logging.Handler):
    """Puts each log record into the outbox, with the ids of the span in which it was written."""

    def __init__(self, outbox: Outbox[ReadableLogRecord], resource: Resource) -> None:
        super().__init__()
        self._outbox = outbox
        self._resource = resource
        self._scopes: dict[str, InstrumentationScope] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record, unless it is about sending itself; never raises."""
        if getattr(sending, "now", False) or record.name.startswith(OUR_PIPELINE):
            return
        try:
            self._outbox.put(self._translate(record))
        except Exception:  # noqa: BLE001 - logging must not fail a request
            self.handleError(record)

    def _translate(self, record: logging.LogRecord) -> ReadableLogRecord:
        number, text = _severity(record.levelno)
        nanoseconds = int(record.created * 1e9)
        context = trace.get_current_span().get_span_context()
        made = LogRecord(
            timestamp=nanoseconds,
            observed_timestamp=nanoseconds,
            context=EMPTY,
            severity_text=text,
            severity_number=number,
            body=redact(record.getMessage()),
            attributes=_attributes(record),
        )
        made.trace_id, made.span_id, made.trace_flags = context.trace_id, context.span_id, context.trace_flags
        scope = self._scopes.get(record.name) or self._scopes.setdefault(record.name, InstrumentationScope(record.name))
        return ReadableLogRecord(made, self._resource, scope)


EMPTY = Context({"slobox": ""})
"""A context without a span; given, so that none is looked for a second time."""


def pack_logs(records: list[ReadableLogRecord]) -> bytes:
    """Log records as one OTLP request."""
    return bytes(encode_logs(records).SerializeToString())


def rejected_logs(body: bytes) -> int:
    """How many records of a request were refused, as its answer says."""
    return int(ExportLogsServiceResponse.FromString(body).partial_success.rejected_log_records)


def _severity(level: int) -> tuple[SeverityNumber, str]:
    return next((number, text) for least, number, text in SEVERITIES if level >= least)


def _attributes(record: logging.LogRecord) -> dict[str, Any]:
    attributes = {name: _value(value) for name, value in vars(record).items() if name not in USUAL}
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        attributes["exception.type"] = type(error).__qualname__
        attributes["exception.message"] = redact(str(error))
        attributes["exception.stacktrace"] = redact("".join(traceback.format_exception(error)))
    return attributes


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return redact(str(value))
