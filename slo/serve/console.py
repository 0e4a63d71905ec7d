"""The console: any PromQL expression, as a table and a graph."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from slo.observe.errors import ObserveError
from slo.serve.periods import Period
from slo.serve.site import Site, site_of

ROUTES = APIRouter(default_response_class=HTMLResponse)
SiteOf = Annotated[Site, Depends(site_of)]
LONGEST = 20_000


@ROUTES.get("/query")
def console(request: Request, site: SiteOf) -> HTMLResponse:
    """Evaluate an expression, and show its value now as a table; a script draws the graph."""
    expression = request.query_params.get("expr", "")[:LONGEST]
    samples, trouble, took = [], "", 0.0
    if expression.strip():
        begun = time.perf_counter()
        try:
            samples = site.prometheus.instant(expression)
        except ObserveError as error:
            trouble = str(error)
        took = time.perf_counter() - begun
    period = Period.of(request.query_params)
    return site.render(
        request, "query.html", expression=expression, samples=samples, trouble=trouble, took=took, period=period
    )


@ROUTES.get("/graph")
def graph(request: Request) -> RedirectResponse:
    """Answer the links of alerts ("Source"), which are written for the web pages of Prometheus."""
    expression = request.query_params.get("g0.expr", "")
    return RedirectResponse(str(request.url_for("console").include_query_params(expr=expression)), 307)
