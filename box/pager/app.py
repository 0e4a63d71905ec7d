"""The pager's web application: receives notifications, shows them, and serves the runbooks."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from box.pager import runbooks, view, watchdog
from box.pager.journal import Journal
from box.pager.metrics import PagerMetrics
from box.pager.notification import Notification, Webhook, received
from box.pager.settings import PagerSettings
from box.pager.watchdog import Standing, Watchdog
from box.render.runbooks import with_ports

HERE = Path(__file__).parent
TEMPLATES = Jinja2Templates(HERE / "templates")
LARGEST_BODY = 4 * 1024 * 1024
SHOWN = 100
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)

# Host names of the pager for browsers and Alertmanager; another one comes from a foreign web page.
HOSTS = ["127.0.0.1", "localhost", "[::1]", "pager"]
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Pager:
    """What the routes work with."""

    settings: PagerSettings
    journal: Journal
    watchdog: Watchdog


def create_app(settings: PagerSettings) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="slobox pager", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_guarded)
    app.state.pager = Pager(
        settings,
        Journal(settings.journal),
        Watchdog(settings.watchdog, settings.watchdog_seconds, time.time()),
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.middleware("http")(_with_security_headers)
    app.include_router(ROUTES)
    return app


@asynccontextmanager
async def _guarded(app: FastAPI) -> AsyncIterator[None]:
    """Watch the dead man's switch while the pager serves."""
    guard = asyncio.create_task(_guard(app.state.pager))
    try:
        yield
    finally:
        guard.cancel()
        with suppress(asyncio.CancelledError):
            await guard


async def _guard(pager: Pager) -> None:
    runbook, written = f"http://127.0.0.1:{pager.settings.port}/runbooks/{watchdog.ALERT}", True
    while True:
        try:
            watchdog.raise_or_resolve(pager.watchdog, pager.journal, runbook, time.time())
            written = True
        except OSError as error:  # on a full disk the next pass tries again
            if written:
                log.warning("cannot write the pager's own alert, trying again: %s", error)
            written = False
        await asyncio.sleep(LOOK_SECONDS)


async def _with_security_headers(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await forward(request)
    response.headers.update(SECURITY_HEADERS)
    return response


async def _pager(request: Request) -> Pager:
    pager: Pager = request.app.state.pager
    return pager


ThePager = Annotated[Pager, Depends(_pager)]
"""A parameter of a route that gets the pager."""
ROUTES = APIRouter()


@ROUTES.post("/alertmanager", status_code=204)
async def receive(request: Request, pager: ThePager) -> None:
    """Receive a notification; an invalid one is refused with 400, after which Alertmanager does not retry."""
    pager.journal.add(received(await _webhook(request), time.time()))


@ROUTES.post("/watchdog", status_code=204)
async def press(request: Request, pager: ThePager) -> None:
    """Receive a notification of the watchdog alert, which presses the dead man's switch."""
    pager.watchdog.hear(await _webhook(request), time.time())


async def _webhook(request: Request) -> Webhook:
    # Any web page can make its reader's browser post text to this machine, but JSON only where CORS permits it.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "not a notification of Alertmanager: the media type must be application/json")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "too large")
    try:
        return Webhook.model_validate_json(body)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise HTTPException(400, f"not a notification of Alertmanager: {problems}") from None


@ROUTES.get("/api/notifications")
def notifications(pager: ThePager) -> list[Notification]:
    """Return the notifications, newest first."""
    return pager.journal.newest_first()


@ROUTES.get("/api/watchdog")
def standing(pager: ThePager) -> Standing:
    """Return when the dead man's switch was last pressed, and whether it is overdue."""
    return pager.watchdog.standing(time.time())


@ROUTES.get("/metrics")
def metrics(pager: ThePager) -> Response:
    """Return the pager's metrics."""
    found = PagerMetrics(pager.journal, pager.watchdog)
    return Response(found.exposition(), media_type=found.MEDIA_TYPE)


@ROUTES.get("/")
def page(request: Request, pager: ThePager) -> HTMLResponse:
    """Show the notifications."""
    now, newest = time.time(), pager.journal.newest_first()
    cards = [view.card(each, now, graphs=pager.settings.graphs) for each in newest[:SHOWN]]
    counts = view.count_by_severity(pager.journal.firing())
    content = {"cards": cards, "counts": counts, "watchdog": view.watchdog_line(pager.watchdog.standing(now))}
    return TEMPLATES.TemplateResponse(request, "notifications.html", content)


@ROUTES.get("/runbooks/")
def runbook_index(request: Request, pager: ThePager) -> HTMLResponse:
    """List the runbooks."""
    folder = pager.settings.runbooks
    pages = [(name, runbooks.title(runbooks.text(folder, name) or "", name)) for name in runbooks.alerts(folder)]
    return TEMPLATES.TemplateResponse(request, "runbooks.html", {"pages": pages})


@ROUTES.get("/runbooks/{alert}")
def runbook(request: Request, alert: str, pager: ThePager) -> HTMLResponse:
    """Show one runbook; links between runbooks may end in `.md`, as they do in the repository."""
    name = alert.removesuffix(".md")
    markdown = runbooks.text(pager.settings.runbooks, name)
    if markdown is None:
        return TEMPLATES.TemplateResponse(request, "no_runbook.html", {"alert": name}, status_code=404)
    body = runbooks.html(with_ports(markdown, pager.settings.ports))
    content = {"title": runbooks.title(markdown, name), "body": body}
    return TEMPLATES.TemplateResponse(request, "runbook.html", content)


@ROUTES.get("/style.css")
def style() -> FileResponse:
    """Return the style sheet."""
    return FileResponse(HERE / "static" / "style.css", media_type="text/css")


@ROUTES.get("/healthz")
def healthz() -> dict[str, str]:
    """Return that the pager is alive."""
    return {"status": "ok"}
