"""Headers of every answer, and the hosts under which the pages may be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """A middleware that refuses other hosts and origins, and adds the headers.

    A foreign page whose name was made to point here (DNS rebinding) sends its own host.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if not request.url.path.startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await (_refusal(request, self._hosts) or self._app)(scope, receive, sent)


def _refusal(request: Request, hosts: Collection[str]) -> Response | None:
    origin = request.headers.get("origin", "")
    if host_of(f"//{request.headers.get('host', '')}") not in hosts:
        return PlainTextResponse("unknown host; start slo serve with --host-name NAME\n", 421)
    if (origin and host_of(origin) not in hosts) or _embedded(request):
        return PlainTextResponse("requests of other origins are refused\n", 403)
    return None


def _embedded(request: Request) -> bool:
    """Return whether a page of another site asks, other than by a link that the visitor followed."""
    sent = request.headers
    followed = sent.get("sec-fetch-mode") == "navigate" and sent.get("sec-fetch-dest") == "document"
    return sent.get("sec-fetch-site") == "cross-site" and not followed


def host_of(url: str) -> str:
    """Return the host of an address in lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
