"""The middleware that counts, times and logs every request, within the span of the request."""

import time
from dataclasses import dataclass, field

import structlog
from opentelemetry.trace import Span, get_current_span
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.telemetry.events import ERROR_KEY, ORDER_KEY, SERVER_ERROR, message
from apps.telemetry.metrics import UNMATCHED, HttpMetrics

EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})

log = structlog.stdlib.get_logger("apps.requests")


def is_exempt(scope: Scope) -> bool:
    """Return whether a request is not a customer's: probes, scrapes and admin calls."""
    path: str = scope["path"]
    return path in EXEMPT or path.startswith("/admin/")


class TelemetryMiddleware:
    """The outermost middleware of ours; leaves out probes, scrapes and admin calls."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics | None) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_exempt(scope):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._metrics, get_current_span())
        try:
            await self._app(scope, receive, exchange.send)
        except BaseException:
            # The client got no response or a part of one, whatever its status.
            exchange.status = SERVER_ERROR
            raise
        finally:
            exchange.finish()


@dataclass(slots=True)
class _Exchange:
    scope: Scope
    forward: Send
    metrics: HttpMetrics | None
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
        """Observe and log before the last part is sent, which ends the span: an exemplar marks it."""
        if self.finished:
            return
        self.finished = True
        seconds = time.perf_counter() - self.started
        route = getattr(self.scope.get("route"), "path", None) or UNMATCHED
        method, error = self.scope["method"], self.scope.get(ERROR_KEY)
        if self.metrics is not None:
            self.metrics.observe(route, method, self.status, seconds, self.span)
        details = {"route": route, "method": method, "status": self.status, "milliseconds": round(seconds * 1e3, 1)}
        if error is not None:
            details["error"] = error
        if order := self.scope.get(ORDER_KEY):
            details["order_id"] = order
            self.span.set_attribute(ORDER_KEY, order)
        emit = log.error if self.status >= SERVER_ERROR else log.info
        emit(message(self.scope, route, self.status), **details)
