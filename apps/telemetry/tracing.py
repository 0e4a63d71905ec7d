"""Spans of the shop: one per layer that a request passes, with stable semantic conventions.

On the SDK itself and not on the instrumentation packages: those make a span for every statement, tell query strings,
and cost more than the requests of the catalog themselves (what ours cost: `python -m bench telemetry`).
"""

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from opentelemetry import context, trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags
from starlette.types import Scope

from apps.problems import DependencyError, ShopError
from apps.telemetry.redaction import query_names, redact_path

Attributes: TypeAlias = Mapping[str, str | int | float | bool]

SERVER_ERROR = 500
HEADER = "traceparent"
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?", re.DOTALL)
"""W3C Trace Context; neither `tracestate` nor baggage, of which a visitor could put anything into our spans."""
NOWHERE = context.Context()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"})


@dataclass(frozen=True, slots=True)
class Tracing:
    """Makes spans; without a tracer nothing is recorded, and trace ids are only passed on."""

    tracer: trace.Tracer | None = None

    def server(self, scope: Scope) -> Span:
        """The span of a request; the caller makes it current, and ends it with `end_server`."""
        incoming = _incoming(scope)
        if self.tracer is None:
            return _carrying(incoming)
        parent = trace.set_span_in_context(NonRecordingSpan(incoming), NOWHERE)
        return self.tracer.start_span(_method(scope), parent, SpanKind.SERVER)

    @contextmanager
    def call(self, name: str, attributes: Attributes, kind: SpanKind = SpanKind.CLIENT) -> Iterator[Span]:
        """A span around what a request asks of something else; outside of a recorded request there is none."""
        if self.tracer is None or not trace.get_current_span().is_recording():
            yield trace.INVALID_SPAN
            return
        span = self.tracer.start_span(name, kind=kind, attributes=attributes)
        token = context.attach(trace.set_span_in_context(span))
        try:
            yield span
        except BaseException as error:
            _fail(span, error)
            raise
        finally:
            context.detach(token)
            span.end()


UNTRACED = Tracing()
"""Records nothing."""


def end_server(span: Span, scope: Scope, route: str | None, status: int, error: str | None) -> None:
    """Tell what became of a request, and end its span."""
    if span.is_recording():
        method = _method(scope)
        attributes: dict[str, str | int] = {
            "http.request.method": method if method != "HTTP" else "_OTHER",
            "url.scheme": scope["scheme"],
            "url.path": redact_path(scope["path"]),
            "http.response.status_code": status,
        }
        if scope["query_string"]:
            attributes["url.query"] = query_names(scope["query_string"])
        if route is not None:
            attributes["http.route"] = route
            span.update_name(f"{method} {route}")
        if status >= SERVER_ERROR:
            attributes["error.type"] = str(status)
            span.set_status(StatusCode.ERROR, error)
        span.set_attributes(attributes)
    span.end()


def event(name: str, attributes: Attributes) -> None:
    """Note within the current span that something happened."""
    trace.get_current_span().add_event(name, attributes)


def inject(headers: dict[str, str]) -> None:
    """Pass the current trace on."""
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        headers[HEADER] = f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags & TraceFlags.SAMPLED:02x}"


def parse(traceparent: bytes) -> SpanContext:
    """What the header says, or an invalid context."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or match[1] == b"ff" or (match[1] == b"00" and match.end(4) != len(traceparent)):
        return trace.INVALID_SPAN_CONTEXT
    return SpanContext(int(match[2], 16), int(match[3], 16), is_remote=True, trace_flags=TraceFlags(int(match[4], 16)))


def _incoming(scope: Scope) -> SpanContext:
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return parse(value)
    return trace.INVALID_SPAN_CONTEXT


def _carrying(parent: SpanContext) -> Span:
    """A span that records nothing but has ids, so that the logs of all tiers can be joined."""
    return NonRecordingSpan(
        SpanContext(
            trace_id=parent.trace_id if parent.is_valid else random.getrandbits(128) or 1,
            span_id=random.getrandbits(64) or 1,
            is_remote=False,
            trace_flags=parent.trace_flags if parent.is_valid else TraceFlags(0),
        )
    )


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in METHODS else "HTTP"


def _fail(span: Span, error: BaseException) -> None:
    """Mark a span as failed, by the kind of the error and never by its text; a refusal is no failure."""
    if isinstance(error, ShopError) and not isinstance(error, DependencyError) and error.status < SERVER_ERROR:
        return
    reason = error.reason if isinstance(error, DependencyError) else ""
    span.set_attribute("error.type", reason or type(error).__qualname__)
    span.set_status(StatusCode.ERROR, reason or None)
