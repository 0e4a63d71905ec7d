"""The prober's web application: metrics and health."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from box.prober.metrics import ProberMetrics

# Host names by which Prometheus and health checks reach the prober; another one comes from a foreign web page.
HOSTS = ["127.0.0.1", "localhost", "[::1]", "prober"]
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(metrics: ProberMetrics) -> Starlette:
    """Return the application."""

    async def scrape(_request: Request) -> Response:
        # In the event loop, in which probes are counted: a scrape sees each of them whole.
        return Response(metrics.exposition(), media_type=metrics.MEDIA_TYPE, headers=SECURITY_HEADERS)

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=SECURITY_HEADERS)

    return Starlette(
        routes=[Route("/metrics", scrape), Route("/healthz", healthz)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
    )
