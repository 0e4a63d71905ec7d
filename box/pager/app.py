"""The pager's web application: takes notifications, shows them, and serves the runbooks."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
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
from box.pager.meters import Meters
from box.pager.notification import Notification, Webhook, received
from box.pager.settings import PagerSettings
from box.pager.watchdog import Standing, Watchdog

HERE = Path(__file__).parent
TEMPLATES = Jinja2Templates(HERE / "templates")
LARGEST_BODY = 4 * 1024 * 1024
SHOWN = 100
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)

# Names under which a browser or Alertmanager reaches the pager; others are a page of somebody else's.
HOSTS = ["127.0.0.1", "localhost", "[::1]", "pager"]
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(settings: PagerSettings) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="slobox pager", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_guarded)
    app.state.journal = Journal(settings.journal)
    app.state.watchdog = Watchdog(settings.watchdog, settings.watchdog_seconds, time.time())
    app.state.own_runbook = f"http://127.0.0.1:{settings.port}/runbooks/{watchdog.ALERT}"
    app.state.meters = Meters(app.state.journal, app.state.watchdog)
    app.state.runbooks = settings.runbooks
    app.state.graphs = settings.graphs
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.middleware("http")(_with_security_headers)
    app.include_router(ROUTES)
    return app


@asynccontextmanager
async def _guarded(app: FastAPI) -> AsyncIterator[None]:
    """Look after the dead man's switch while the pager serves."""
    guard = asyncio.create_task(_guard(app))
    try:
        yield
    finally:
        guard.cancel()
        with suppress(asyncio.CancelledError):
            await guard


async def _guard(app: FastAPI) -> None:
    state, written = app.state, True
    while True:
        try:
            watchdog.raise_or_resolve(state.watchdog, state.journal, state.own_runbook, time.time())
            written = True
        except OSError as error:  # a full disk must not end the last one who watches: the next look tries again
            if written:
                log.warning("the pager cannot write its own alarm down, and tries again: %s", error)
            written = False
        await asyncio.sleep(LOOK_SECONDS)


async def _with_security_headers(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await forward(request)
    response.headers.update(SECURITY_HEADERS)
    return response


def _journal(request: Request) -> Journal:
    journal: Journal = request.app.state.journal
    return journal


def _folder(request: Request) -> Path:
    folder: Path = request.app.state.runbooks
    return folder


def _watchdog(request: Request) -> Watchdog:
    found: Watchdog = request.app.state.watchdog
    return found


JournalHere = Annotated[Journal, Depends(_journal)]
WatchdogHere = Annotated[Watchdog, Depends(_watchdog)]
RunbookFolder = Annotated[Path, Depends(_folder)]
ROUTES = APIRouter()


@ROUTES.post("/alertmanager", status_code=204)
async def take(request: Request, journal: JournalHere) -> None:
    """Take a notification; one that cannot be read is refused with 400, which Alertmanager does not repeat."""
    journal.add(received(await _webhook(request), time.time()))


@ROUTES.post("/watchdog", status_code=204)
async def hear(request: Request, switch: WatchdogHere) -> None:
    """Take a sign of life; it is remembered, and no notification for anybody."""
    switch.hear(await _webhook(request), time.time())


async def _webhook(request: Request) -> Webhook:
    # Any web page can make its reader's browser post text to this machine, but JSON only where CORS permits it.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "not a notification of Alertmanager: its media type is application/json")
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
def notifications(journal: JournalHere) -> list[Notification]:
    """Return what arrived, newest first."""
    return journal.newest_first()


@ROUTES.get("/api/watchdog")
def standing(switch: WatchdogHere) -> Standing:
    """Return when the dead man's switch was last pressed, and whether it is overdue."""
    return switch.standing(time.time())


@ROUTES.get("/metrics")
def metrics(request: Request) -> Response:
    """Return the pager's metrics."""
    meters: Meters = request.app.state.meters
    return Response(meters.exposition(), media_type=meters.MEDIA_TYPE)


@ROUTES.get("/")
def page(request: Request, journal: JournalHere, switch: WatchdogHere) -> HTMLResponse:
    """Show what a person would have been told."""
    now = time.time()
    cards = [view.card(each, now, graphs=request.app.state.graphs) for each in journal.newest_first()[:SHOWN]]
    counts = view.count_by_severity(journal.firing())
    content = {"cards": cards, "counts": counts, "watchdog": view.watchdog_line(switch.standing(now))}
    return TEMPLATES.TemplateResponse(request, "notifications.html", content)


@ROUTES.get("/runbooks/")
def runbook_index(request: Request, folder: RunbookFolder) -> HTMLResponse:
    """List the runbooks."""
    pages = [(name, runbooks.title(runbooks.text(folder, name) or "", name)) for name in runbooks.alerts(folder)]
    return TEMPLATES.TemplateResponse(request, "runbooks.html", {"pages": pages})


@ROUTES.get("/runbooks/{alert}")
def runbook(request: Request, alert: str, folder: RunbookFolder) -> HTMLResponse:
    """Show one runbook; links between runbooks may carry the `.md` that they have in the repository."""
    name = alert.removesuffix(".md")
    markdown = runbooks.text(folder, name)
    if markdown is None:
        return TEMPLATES.TemplateResponse(request, "no_runbook.html", {"alert": name}, status_code=404)
    content = {"title": runbooks.title(markdown, name), "body": runbooks.html(markdown)}
    return TEMPLATES.TemplateResponse(request, "runbook.html", content)


@ROUTES.get("/style.css")
def style() -> FileResponse:
    """Return the style sheet."""
    return FileResponse(HERE / "static" / "style.css", media_type="text/css")


@ROUTES.get("/healthz")
def healthz() -> dict[str, str]:
    """Say that the pager is alive."""
    return {"status": "ok"}
