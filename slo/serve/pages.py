"""The pages: what a request asks for, looked up in the last snapshot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from slo.observe.errors import ObserveError
from slo.serve import forecast, links, tiers
from slo.serve.charts import CHARTS
from slo.serve.history import Firing, firings
from slo.serve.listing import FIELDS, Choice, choose, fields, grouped
from slo.serve.ranges import span_of
from slo.serve.site import Site, site_of

if TYPE_CHECKING:
    from slo.serve.alertmanager import Notified
    from slo.serve.fleet import Alert, Member, Slo
    from slo.serve.prometheus import Rule

ROUTES = APIRouter(default_response_class=HTMLResponse)
SiteOf = Annotated[Site, Depends(site_of)]
LOOK_BACK = ("5m", "1h", "6h", "1d", "3d")


@ROUTES.get("/")
def overview(request: Request, site: SiteOf) -> HTMLResponse:
    """Show all SLOs, or only the table when a script asks for it."""
    choice, view = Choice.of(request.query_params), site.refresher.view
    slos = choose(view.fleet.slos, choice)
    values = {field: sorted({fields(slo)[field] for slo in view.fleet.slos} - {""}) for field in FIELDS}
    partial = bool(request.headers.get("hx-request"))
    shown: dict[str, Any] = {"slos": slos, "groups": grouped(slos, choice.group), "choice": choice, "values": values}
    return site.render(request, "list.html" if partial else "overview.html", fields=fields, partial=partial, **shown)


@ROUTES.get("/slo")
def detail(request: Request, site: SiteOf) -> HTMLResponse:
    """Show one SLO."""
    slo, member = find(request, site)
    window = request.query_params.get("range", links.default_range(member.window))
    rules: list[Rule] = []
    fired: list[Firing] = []
    trouble = ""
    try:
        rules = site.prometheus.rules(f"slo-{slo.identity.shard}")
        fired = firings(slo, site.ranges, span_of(request.query_params, window))
    except ObserveError as error:
        trouble = str(error)
    alerting = tiers.alert_rules(slo, rules)
    found = tiers.tiers(alerting, member)
    shown: dict[str, Any] = {
        "tiers": found,
        "others": tiers.others(alerting, member),
        "counted": tiers.counted(slo, rules),
        "fired": fired,
        "charts": [make(slo, member, found) for make in CHARTS.values()],
        "lasting": [
            (each, forecast.exhaustion(member.remaining, burn, member.window))
            for each in LOOK_BACK
            if (burn := member.burn(each)) is not None and member.remaining is not None
        ],
    }
    return site.render(request, "slo.html", slo=slo, member=member, rules_trouble=trouble, range=window, **shown)


@ROUTES.get("/alerts")
def alerts(request: Request, site: SiteOf) -> HTMLResponse:
    """Show what fires, since when, and who was notified."""
    view = site.refresher.view
    order = {"page": 0, "ticket": 1}
    shown = sorted(
        (alert for alert in view.fleet.alerts if alert.severity != "none"),
        key=lambda alert: (not alert.firing, order.get(alert.severity, 2), -(alert.since or 0)),
    )
    known = [(each.labels.items(), each) for each in view.notified or ()]

    def notified(alert: Alert) -> Notified | None:
        """Return the alert as Alertmanager has it: with the labels of Prometheus' `external_labels` besides."""
        wanted = links.alert_key(alert)
        return next((each for labels, each in known if wanted <= labels), None)

    return site.render(request, "alerts.html", alerts=shown, notified=notified)


@ROUTES.get("/query")
def console(request: Request, site: SiteOf) -> HTMLResponse:
    """Evaluate an expression, and show its value now as a table; a script draws the graph."""
    expression = request.query_params.get("expr", "")[:20_000]
    samples, trouble, took = [], "", 0.0
    if expression.strip():
        begun = time.perf_counter()
        try:
            samples = site.prometheus.instant(expression)
        except ObserveError as error:
            trouble = str(error)
        took = time.perf_counter() - begun
    window = request.query_params.get("range", "1h")
    return site.render(
        request, "query.html", expression=expression, samples=samples, trouble=trouble, took=took, range=window
    )


@ROUTES.get("/graph")
def graph(request: Request) -> RedirectResponse:
    """Answer the links of alerts ("Source"), which are written for the web pages of Prometheus."""
    expression = request.query_params.get("g0.expr", "")
    return RedirectResponse(str(request.url_for("console").include_query_params(expr=expression)), 307)


@ROUTES.get("/healthz", response_class=JSONResponse)
def health(site: SiteOf) -> dict[str, object]:
    """Say that the process serves, and how old its data is."""
    view = site.refresher.view
    return {"ready": view.ready, "slos": len(view.fleet.slos), "age_seconds": round(view.age(time.time()), 1)}


def find(request: Request, site: Site) -> tuple[Slo, Member]:
    """Return the SLO, and the member of its group, that the query string names."""
    given = request.query_params
    slo = site.refresher.view.fleet.find(given.get("service", ""), given.get("slo", ""), given.get("shard", ""))
    if not slo:
        raise HTTPException(404, "no SLO of this name; it may have been renamed or removed")
    labels = {name.removeprefix("member."): value for name, value in given.items() if name.startswith("member.")}
    member = next((each for each in slo.members if dict(each.labels) == labels), None) if labels else slo.worst
    if not member:
        raise HTTPException(404, "no member with these labels in the group")
    return slo, member
