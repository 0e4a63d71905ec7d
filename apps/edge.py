"""What wraps every response: security headers, the deadline, and an answer to what nobody caught."""

import asyncio

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.problems import DeadlineExceeded, ShopError
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


class Edge:
    """Bounds the time of a request and turns what is left of exceptions into responses.

    Where `open_to_visitors`, a deadline in the request is not believed: whoever gives a millisecond makes the calls to
    other tiers time out, and a few of those would open the circuit breakers for everybody.
    """

    def __init__(self, app: ASGIApp, deadline_seconds: float, *, open_to_visitors: bool = False) -> None:
        self._app = app
        self._seconds = deadline_seconds
        self._open_to_visitors = open_to_visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(send)
        try:
            await self._in_time(scope, receive, reply)
        except Exception as error:
            if reply.started:
                raise
            await _answer(scope, receive, reply, error)

    async def _in_time(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        if is_exempt(scope):
            await self._app(scope, receive, reply)
            return
        given = None if self._open_to_visitors else Headers(scope=scope).get(deadline.HEADER)
        seconds = deadline.start(self._seconds, given)
        try:
            async with asyncio.timeout(seconds):
                await self._app(scope, receive, reply)
        except TimeoutError as error:
            raise DeadlineExceeded from error


class _Reply:
    """Forwards a response with the security headers and remembers whether it has begun."""

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


async def _answer(scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
    if not isinstance(error, ShopError):
        log.error("unexpected error", exc_info=error)
        scope[ERROR_KEY] = type(error).__name__
        error = ShopError(500, "Internal error", "Something went wrong on our side.")
    scope.setdefault(ERROR_KEY, error.title)
    response: Response = await scope["app"].state.render(Request(scope, receive), error)
    await response(scope, receive, send)
