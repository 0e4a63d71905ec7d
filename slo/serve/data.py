"""What scripts fetch: charts as columns, and the read-only part of the Prometheus API for the console."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from slo.observe.errors import ObserveError
from slo.serve import columns
from slo.serve.charts import CHARTS, Chart
from slo.serve.console import LONGEST
from slo.serve.exemplars import Point, points
from slo.serve.history import bands
from slo.serve.periods import Period
from slo.serve.site import Site, site_of
from slo.serve.subject import look_up

if TYPE_CHECKING:
    from slo.serve.ranges import Span

ROUTES = APIRouter(prefix="/api")
SiteOf = Annotated[Site, Depends(site_of)]

_FORWARDED = re.compile(r"query|query_range|labels|series|metadata|label/[A-Za-z_][A-Za-z0-9_]*/values")
_MOST_SERIES = 20


@ROUTES.get("/charts/{name}")
def chart(name: str, request: Request, site: SiteOf) -> JSONResponse:
    """Return the data of one chart of an SLO."""
    if name not in CHARTS:
        raise HTTPException(404, "no such chart")
    found = look_up(request.query_params, site)
    made, span = CHARTS[name](found.subject), found.period.span
    if not made:
        raise HTTPException(404, "the SLO has no such chart")
    if found.period.fixed:
        made = replace(made, forecast=())
    try:
        shaded = bands(found.slo, found.member, site.ranges, span)
        return JSONResponse(columns.answer(made, site.ranges, span, shaded, _points(made, site, span)))
    except ObserveError as error:
        return JSONResponse({"error": str(error)}, 502)


def _points(chart: Chart, site: Site, span: Span) -> list[Point]:
    """Return the exemplars of a chart; a server that keeps none has a chart without."""
    try:
        return points(site.prometheus, site.exemplars, chart.exemplars, span) if chart.exemplars else []
    except ObserveError:
        return []


@ROUTES.get("/graph")
def graph(request: Request, site: SiteOf) -> JSONResponse:
    """Return an expression of the console over a range."""
    expression, span = request.query_params.get("expr", "")[:LONGEST], Period.of(request.query_params).span
    try:
        lines = site.ranges.get(expression, span)
    except ObserveError as error:
        return JSONResponse({"error": str(error)}, 502)
    same = columns.same(lines)
    named = [(_name(line.metric, same), line) for line in lines[:_MOST_SERIES]]
    answer = {"title": expression, "unit": "", "thresholds": [], "left_off": max(0, len(lines) - _MOST_SERIES)}
    return JSONResponse({**answer, **columns.columns(named, span)})


@ROUTES.get("/v1/{path:path}")
def forward(path: str, request: Request, site: SiteOf) -> Response:
    """Pass on what completion in the console asks: labels, values, series, metadata."""
    if not _FORWARDED.fullmatch(path):
        raise HTTPException(404, "only queries, labels, series and metadata are passed on")
    given = {name: request.query_params.getlist(name) for name in request.query_params}
    try:
        page = site.prometheus.forward(path, given)
    except ObserveError as error:
        return JSONResponse({"status": "error", "errorType": "unavailable", "error": str(error)}, 502)
    return Response(page.text, page.status, media_type="application/json")


def _name(metric: dict[str, str], same: set[tuple[str, str]]) -> str:
    """Return a series by its name, and by the labels that not all series of the graph have."""
    own = metric.items() - same if len(same) < len(metric) else metric.items()
    labels = ", ".join(f'{name}="{value}"' for name, value in sorted(own) if name != "__name__")
    return f"{metric.get('__name__', '')}{{{labels}}}" if labels else metric.get("__name__", "value")
