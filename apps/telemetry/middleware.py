"""Traces, counts and logs every request, as pure ASGI middleware: one place, so that the three tell one story."""

import time
from dataclasses import dataclass, field

import structlog
from opentelemetry import context
from opentelemetry.trace import Span, set_span_in_context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.telemetry.metrics import UNMATCHED, HttpMeters
from apps.telemetry.tracing import NOWHERE, UNTRACED, Tracing, end_server

EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
ERROR_KEY = "shop.error"
"""Where the one who answers with an error leaves its reason for the log."""
ORDER_KEY = "shop.order.id"
"""Where the one who answers leaves the id of the order that it is about, for the log; the span's attribute, too."""
SERVER_ERROR = 500

log = structlog.stdlib.get_logger("apps.requests")


def is_exempt(scope: Scope) -> bool:
    """True for everything that is no request of a customer: probes, scrapes and admin calls."""
    path: str = scope["path"]
    return path in EXEMPT or path.startswith("/admin/")


class Observe:
    """Observes requests, but not probes, scrapes and admin calls; has to be the outermost middleware."""

    def __init__(self, app: ASGIApp, meters: HttpMeters | None, tracing: Tracing = UNTRACED) -> None:
        self._app = app
        self._meters = meters
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its span."""
        if scope["type"] != "http" or is_exempt(scope):
            await self._app(scope, receive, send)
            return
        span = self._tracing.server(scope)
        token = context.attach(set_span_in_context(span, NOWHERE))
        exchange = _Exchange(scope, send, self._meters, span)
        try:
            await self._app(scope, receive, exchange.send)
        except BaseException:
            # The client got no response or a torn one, whatever status was announced.
            exchange.status = SERVER_ERROR
            raise
        finally:
            exchange.finish()
            context.detach(token)


@dataclass(slots=True)
class _Exchange:
    scope: Scope
    forward: Send
    meters: HttpMeters | None
    span: Span
    status: int = SERVER_ERROR
    started: float = field(default_factory=time.perf_counter)
    finished: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.finish()
        await self.forward(message)

    def finish(self) -> None:
        """Observe, log, and end the span: in this order, for an exemplar needs a span that still records."""
        if self.finished:
            return
        self.finished = True
        seconds = time.perf_counter() - self.started
        template = getattr(self.scope.get("route"), "path", None)
        route, method, error = template or UNMATCHED, self.scope["method"], self.scope.get(ERROR_KEY)
        if self.meters is not None:
            self.meters.observe(route, method, self.status, seconds, self.span)
        details = {"route": route, "method": method, "status": self.status, "milliseconds": round(seconds * 1e3, 1)}
        if error is not None:
            details["error"] = error
        if order := self.scope.get(ORDER_KEY):
            details["order_id"] = order
            self.span.set_attribute(ORDER_KEY, order)
        emit = log.error if self.status >= SERVER_ERROR else log.info
        emit("request", **details)
        end_server(self.span, self.scope, template, self.status, error)
