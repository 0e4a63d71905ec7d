"""Counts and logs every request, as pure ASGI middleware."""

import time
from dataclasses import dataclass, field

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.telemetry.metrics import UNMATCHED, HttpMeters

EXEMPT = frozenset({"/healthz", "/readyz", "/metrics"})
ERROR_KEY = "shop.error"
"""Where the one who answers with an error leaves its reason for the log."""
SERVER_ERROR = 500

log = structlog.stdlib.get_logger("apps.requests")


def is_exempt(scope: Scope) -> bool:
    """True for everything that is no request of a customer: probes, scrapes and admin calls."""
    path: str = scope["path"]
    return path in EXEMPT or path.startswith("/admin/")


class Observe:
    """Counts, times and logs requests; must run inside of the OpenTelemetry server span."""

    def __init__(self, app: ASGIApp, meters: HttpMeters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_exempt(scope):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._meters)
        try:
            await self._app(scope, receive, exchange.send)
        except BaseException:
            # The client got no response or a torn one, whatever status was announced.
            exchange.status = SERVER_ERROR
            raise
        finally:
            exchange.finish()


@dataclass(slots=True)
class _Exchange:
    scope: Scope
    forward: Send
    meters: HttpMeters
    status: int = SERVER_ERROR
    started: float = field(default_factory=time.perf_counter)
    finished: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            # Before it is forwarded: OpenTelemetry ends the server span with the last part of the body, and an
            # exemplar needs a span that still records.
            self.finish()
        await self.forward(message)

    def finish(self) -> None:
        if self.finished:
            return
        self.finished = True
        seconds = time.perf_counter() - self.started
        route = getattr(self.scope.get("route"), "path", UNMATCHED)
        method = self.scope["method"]
        self.meters.observe(route, method, self.status, seconds)
        event = {"route": route, "method": method, "status": self.status, "milliseconds": round(seconds * 1e3, 1)}
        if ERROR_KEY in self.scope:
            event["error"] = self.scope[ERROR_KEY]
        emit = log.error if self.status >= SERVER_ERROR else log.info
        emit("request", **event)
