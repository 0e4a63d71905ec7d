"""The pages of SLOs and alerts: what a request asks for, looked up in the last snapshot."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from slo.observe.errors import ObserveError
from slo.serve import forecast, links, words
from slo.serve.charts import CHARTS
from slo.serve.fleet import State
from slo.serve.history import Firing, firings
from slo.serve.listing import FIELDS, HIDEABLE, Choice, choose, fields, grouped
from slo.serve.site import Site, site_of
from slo.serve.specification import explanation
from slo.serve.subject import Found, look_up

if TYPE_CHECKING:
    from slo.serve.alertmanager import Notified
    from slo.serve.fleet import Alert

ROUTES = APIRouter(default_response_class=HTMLResponse)
SiteOf = Annotated[Site, Depends(site_of)]
_TROUBLED = 1.0
"""Seconds for which a list with a banner is shared: it says how old its numbers are."""
_AGE_HERE = b"<!--age-->"
LOOK_BACK = ("5m", "1h", "6h", "1d", "3d")


@ROUTES.get("/")
def overview(request: Request, site: SiteOf) -> HTMLResponse:
    """Show all SLOs, or only the table when a script asks for it.

    Viewers share what was rendered of a snapshot; only the age of its data is each one's own.
    """
    view, partial = site.refresher.view, bool(request.headers.get("hx-request"))
    key = (request.url.query, partial, view.fleet.at, view.noticed, view.trouble, view.alertmanager_trouble)
    most = _TROUBLED if view.trouble or not view.ready else site.config.seconds
    body = site.lists.get(repr(key), most, lambda: bytes(_overview(request, site, partial=partial).body))
    return HTMLResponse(body.replace(_AGE_HERE, site.age().encode()))


def _overview(request: Request, site: Site, *, partial: bool) -> HTMLResponse:
    given = request.query_params
    choice, view = Choice.of({**given, "hide": ",".join(given.getlist("hide"))}), site.refresher.view
    slos = choose(view.fleet.slos, choice)
    values = {field: sorted({fields(slo)[field] for slo in view.fleet.slos} - {""}) for field in FIELDS}
    states = {each: count for each in State if (count := sum(slo.state is each for slo in view.fleet.slos))}
    shown: dict[str, Any] = {
        "slos": slos,
        "states": states,
        "groups": grouped(slos, choice.group),
        "choice": choice,
        "values": values,
        "hideable": HIDEABLE,
    }
    return site.render(request, "list.html" if partial else "overview.html", fields=fields, partial=partial, **shown)


@ROUTES.get("/slo")
def detail(request: Request, site: SiteOf) -> HTMLResponse:
    """Show one SLO."""
    found = look_up(request.query_params, site)
    fired, trouble = _fired(found, site)
    explained, differs = explanation(site.explained, found.slo)
    shown: dict[str, Any] = {
        "fired": fired,
        "fired_trouble": trouble,
        "charts": [chart for make in CHARTS.values() if (chart := make(found.subject))],
        "lasting": _lasting(found),
        "promise": words.promise(found.slo, found.member),
        "alerting": list(words.alerting(found.member, found.tiers)),
        "outlook": words.outlook(found.member, found.tiers),
        "explained": explained,
        "differs": differs,
        "runbooks": _runbooks(found, site),
    }
    return site.render(request, "slo.html", found=found, slo=found.slo, member=found.member, **shown)


def _fired(found: Found, site: Site) -> tuple[list[Firing], str]:
    try:
        return firings(found.slo, site.ranges, found.period.span), ""
    except ObserveError as error:
        return [], str(error)


def _lasting(found: Found) -> list[tuple[str, float]]:
    """Return how long the budget lasts by the burn rate of each look-back at which it is spent up."""
    one = found.member
    burns = [(window, one.burn(window)) for window in LOOK_BACK]
    if one.remaining is None or one.remaining <= 0:
        return []
    lasts = [(each, forecast.exhaustion(one.remaining, burn, one.window)) for each, burn in burns if burn is not None]
    return [(window, seconds) for window, seconds in lasts if math.isfinite(seconds)]


def _runbooks(found: Found, site: Site) -> list[tuple[str, str, bool]]:
    """Return name and text of the runbook of each alert, and whether it fires."""
    if not site.runbooks:
        return []
    alerts: dict[str, bool] = {}
    states = [(each.alert, each.firing) for each in found.tiers]
    for name, firing in (*states, *((each.alert, each.firing) for each in found.others)):
        alerts[name] = alerts.get(name, False) or firing
    return [(name, text, firing) for name, firing in alerts.items() if (text := site.runbooks.html(name))]


@ROUTES.get("/alerts")
def alerts(request: Request, site: SiteOf) -> HTMLResponse:
    """Show what fires, since when, to whom Alertmanager sends it, and what is silenced."""
    view = site.refresher.view
    order = {"page": 0, "ticket": 1}
    shown = sorted(
        (alert for alert in view.fleet.alerts if alert.severity != "none"),
        key=lambda alert: (not alert.firing, order.get(alert.severity, 2), -(alert.since or 0)),
    )
    known = [(each.labels.items(), each) for each in view.notified or ()]
    pages = {
        id(alert): links.slo_path(slo, member if slo.grouped else None)
        for slo in view.fleet.slos
        for member in slo.members
        for alert in member.alerts
    }

    def notified(alert: Alert) -> Notified | None:
        """Return the alert as Alertmanager has it: with the labels of Prometheus' `external_labels` added."""
        wanted = links.alert_key(alert)
        return next((each for labels, each in known if wanted <= labels), None)

    def page_of(alert: Alert) -> str:
        """Return the page of the SLO, or of the member, that an alert is about; empty where there is none."""
        return pages.get(id(alert)) or links.alert_path(alert)

    silences = {silence.id: silence for silence in view.silences}
    return site.render(request, "alerts.html", alerts=shown, notified=notified, page_of=page_of, silences=silences)


@ROUTES.get("/healthz", response_class=JSONResponse)
def health(site: SiteOf) -> dict[str, object]:
    """Say that the process serves, how old its data is, and how often it was refreshed."""
    view = site.refresher.view
    return {
        "ready": view.ready,
        "slos": len(view.fleet.slos),
        "age_seconds": round(view.age(time.time()), 1),
        "snapshots": site.refresher.rounds,
    }
