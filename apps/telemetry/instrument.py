"""Traces a tier with OpenTelemetry's instrumentation packages: requests, calls, statements, the cache."""

from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import Span
from starlette.types import Scope

from apps.telemetry.otel import Telemetry
from apps.telemetry.redaction import LONGEST, redact, redact_query

if TYPE_CHECKING:
    from sqlalchemy import Engine

UNTRACED_PATHS = r"^\w+://[^/]*/(healthz|readyz|metrics)$,^\w+://[^/]*/admin/"
"""Probes, scrapes and admin calls."""

untraced = suppress_instrumentation  # a block without spans: health checks, background work


def trace_requests(app: FastAPI, telemetry: Telemetry) -> None:
    """Make one server span per request, its parent from the W3C headers."""
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=telemetry.tracer_provider,
        excluded_urls=UNTRACED_PATHS,
        exclude_spans=["receive", "send"],
        server_request_hook=_redact_address,
    )


def trace_calls(client: httpx.AsyncClient, service: str, telemetry: Telemetry) -> None:
    """Make one client span per attempt to call another tier, and pass it the trace context."""

    async def describe(span: Span, request: RequestInfo) -> None:
        span.set_attributes({"peer.service": service, "url.full": redact(str(request.url))})

    HTTPXClientInstrumentor.instrument_client(client, tracer_provider=telemetry.tracer_provider, request_hook=describe)


def trace_statements(engine: "Engine", telemetry: Telemetry) -> None:
    """Make one client span per statement, without parameters; once per process, as the instrumentor is a singleton."""
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415 - web saves 16 MB

    SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=telemetry.tracer_provider)


def trace_cache(telemetry: Telemetry) -> None:
    """Make one client span per Redis command, without arguments; once per process."""
    RedisInstrumentor().instrument(tracer_provider=telemetry.tracer_provider)


def _redact_address(span: Span, scope: Scope) -> None:
    if span.is_recording():
        span.set_attribute("url.path", redact(scope["path"][:LONGEST]))
    if span.is_recording() and scope["query_string"]:
        span.set_attribute("url.query", redact_query(scope["query_string"].decode("latin-1")))
