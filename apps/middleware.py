"""The middleware around every response: security headers, the deadline, and an answer to unhandled exceptions."""

import asyncio

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.error_handlers import Render
from apps.errors import DeadlineExceeded, ShopError
from apps.resilience import deadline
from apps.telemetry.events import ERROR_KEY
from apps.telemetry.middleware import is_exempt

log = structlog.stdlib.get_logger(__name__)

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RequestMiddleware:
    """Bounds the time of a request, and renders exceptions that no error handler has caught.

    A `public` tier ignores the deadline of the request: with one of a millisecond a customer could make calls to other
    tiers time out, and open the circuit breakers for everyone.
    """

    def __init__(self, app: ASGIApp, render: Render, deadline_seconds: float, *, public: bool = False) -> None:
        self._app = app
        self._render = render
        self._seconds = deadline_seconds
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        response = _Response(send)
        try:
            await self._in_time(scope, receive, response)
        except Exception as error:
            if response.started:
                raise
            rendered = await self._render(Request(scope, receive), _shop_error(scope, error))
            await rendered(scope, receive, response)

    async def _in_time(self, scope: Scope, receive: Receive, response: "_Response") -> None:
        if is_exempt(scope):
            await self._app(scope, receive, response)
            return
        given = None if self._public else Headers(scope=scope).get(deadline.HEADER)
        seconds = deadline.start(self._seconds, given)
        try:
            async with asyncio.timeout(seconds):
                await self._app(scope, receive, response)
        except TimeoutError as error:
            raise DeadlineExceeded from error


class _Response:
    """Forwards a response with the security headers; knows whether it has started."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _shop_error(scope: Scope, error: Exception) -> ShopError:
    if not isinstance(error, ShopError):
        log.error("unexpected error", exc_info=error)
        scope[ERROR_KEY] = type(error).__name__
        error = ShopError(500, "Internal error", "Something went wrong on our side.")
    scope.setdefault(ERROR_KEY, error.title)
    return error
