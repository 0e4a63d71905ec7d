"""The web application of `slo serve`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from slo.serve import console, correlation, data, pages
from slo.serve.security import Guard
from slo.serve.site import HERE, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from slo.serve.config import Config


def create_app(config: Config) -> FastAPI:
    """Return the application; it asks its servers while it runs."""
    site = Site(config)

    @asynccontextmanager
    async def refreshed(_: FastAPI) -> AsyncIterator[None]:
        site.refresher.start()
        yield
        site.refresher.stop()

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return site.render(request, "error.html", status, message=str(getattr(error, "detail", "")))

    app = FastAPI(title="slo serve", docs_url=None, redoc_url=None, openapi_url=None, lifespan=refreshed)
    app.state.site = site
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Guard, hosts=config.hosts)
    app.add_exception_handler(HTTPException, failed)
    app.include_router(pages.ROUTES)
    app.include_router(console.ROUTES)
    app.include_router(correlation.ROUTES)
    app.include_router(data.ROUTES)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app
