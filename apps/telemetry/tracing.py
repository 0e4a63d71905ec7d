"""Traces: OpenTelemetry when an endpoint is given, else only trace ids that are passed on and logged."""

import os
import random
from dataclasses import dataclass

import httpx
from opentelemetry import context, propagate, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from sqlalchemy import Engine
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

STABLE = {"OTEL_SEMCONV_STABILITY_OPT_IN": "http,database"}


def endpoint_given() -> bool:
    """True when the standard variables name a place to send traces to."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return any(os.environ.get(name) for name in names)


@dataclass(frozen=True, slots=True)
class Tracing:
    """Instruments what this tier uses; without a provider every method does nothing."""

    provider: trace.TracerProvider | None = None

    def engine(self, engine: Engine) -> None:
        """Trace the statements of an engine."""
        if self.provider is not None:
            from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415

            SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=self.provider)

    def client(self, client: httpx.AsyncClient) -> None:
        """Trace the calls of a client."""
        if self.provider is not None:
            from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor  # noqa: PLC0415

            HTTPXClientInstrumentor.instrument_client(client, tracer_provider=self.provider)

    def close(self) -> None:
        """Send what is still waiting."""
        shutdown = getattr(self.provider, "shutdown", None)
        if shutdown is not None:
            shutdown()


def set_up(tier: str, version: str) -> Tracing:
    """Tracing as the environment asks for it: the standard `OTEL_...` variables, read by the SDK itself."""
    if not endpoint_given():
        return Tracing()
    for name, value in STABLE.items():
        os.environ.setdefault(name, value)
    # Imported here: the SDK and the exporter are a third of the start-up time and of the memory.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": tier, "service.namespace": "slobox", "service.version": version})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


class CarryTraceId:
    """Continues the caller's trace, or begins one, without recording anything.

    So the logs of all tiers can be joined even where no traces are collected.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its trace."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        carrier = {"traceparent": Headers(scope=scope).get("traceparent", "")}
        incoming = trace.get_current_span(propagate.extract(carrier)).get_span_context()
        span = NonRecordingSpan(
            SpanContext(
                trace_id=incoming.trace_id or random.getrandbits(128),
                span_id=random.getrandbits(64) or 1,
                is_remote=False,
                trace_flags=incoming.trace_flags if incoming.is_valid else TraceFlags(0),
            )
        )
        token = context.attach(trace.set_span_in_context(span))
        try:
            await self._app(scope, receive, send)
        finally:
            context.detach(token)
