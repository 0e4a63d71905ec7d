"""The pages of traces and their log records."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from slo.observe.errors import ObserveError
from slo.serve.logs import Record
from slo.serve.site import Site, site_of
from slo.serve.traces import Newest, Traces

ROUTES = APIRouter(default_response_class=HTMLResponse)
SiteOf = Annotated[Site, Depends(site_of)]
_AGE = 5.0


@ROUTES.get("/traces")
def traces(request: Request, site: SiteOf) -> Response:
    """Show the newest traces of a service, or go to the one whose ID is given."""
    given, store = request.query_params, _store(site)
    failed = bool(given.get("failed"))
    if wanted := given.get("id", "").strip().lower():
        return RedirectResponse("/trace?" + urlencode({"id": wanted}), 303)
    services, newest, trouble, service = [], Newest(()), "", given.get("service", "")
    try:
        services = store.services()
        asked = [service] if service else services
        newest = site.found.get((*asked, failed), _AGE, lambda: store.newest(asked, failed=failed))
    except ObserveError as error:
        trouble = str(error)
    shown: dict[str, Any] = {
        "services": services,
        "service": service,
        "traces": newest.traces,
        "left_off": newest.left_off,
        "failed": failed,
    }
    return site.render(request, "traces.html", trouble=trouble, **shown)


@ROUTES.get("/trace")
def trace(request: Request, site: SiteOf) -> HTMLResponse:
    """Show one trace as a waterfall, with its log records."""
    wanted = request.query_params.get("id", "")
    try:
        found = _store(site).get(wanted)
    except ObserveError as error:
        raise HTTPException(502, f"the trace store cannot be asked: {error}") from None
    if not found:
        raise HTTPException(404, "no trace of this ID; the store may have dropped it")
    records, trouble = _records(site, wanted)
    shown: dict[str, Any] = {"trace": found, "whole": found.seconds or 1, "records": records, "logs_trouble": trouble}
    return site.render(request, "trace.html", has_logs=site.logs is not None, **shown)


def _records(site: Site, trace_id: str) -> tuple[list[Record], str]:
    try:
        return (site.logs.of_trace(trace_id) if site.logs else []), ""
    except ObserveError as error:
        return [], str(error)


def _store(site: Site) -> Traces:
    if not site.traces:
        raise HTTPException(404, "no trace store is configured; start with --jaeger URL")
    return site.traces
