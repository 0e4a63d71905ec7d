"""Headers of every answer, and the hosts under which the pages may be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from starlette.requests import Request
    from starlette.responses import Response

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


def guard(hosts: Collection[str]) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """Return a middleware that refuses other hosts and origins, and adds the headers.

    A foreign page whose name was made to point here (DNS rebinding) sends its own host.
    """

    async def guarded(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
        origin = request.headers.get("origin", "")
        if host_of(f"//{request.headers.get('host', '')}") not in hosts:
            response: Response = PlainTextResponse("unknown host; start slo serve with --host-name NAME\n", 421)
        elif (origin and host_of(origin) not in hosts) or _embedded(request):
            response = PlainTextResponse("requests of other origins are refused\n", 403)
        else:
            response = await forward(request)
        response.headers.update(HEADERS)
        if not request.url.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


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
