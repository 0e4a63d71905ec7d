"""A dashboard: its rows, and what all dashboards share (variables, markers of alerts, faults and releases, links)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
    VariableRefresh,
    VariableSort,
)

from monitoring.dashboards.panels import PROMETHEUS, Panel

TAG = "slobox"


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical mark wherever an expression has a value; `text` names it by its labels."""

    name: str
    expr: str
    text: str
    color: str


MARKERS = (
    Marker(
        "Pages",
        'max by (alertname, service, slo, tier) (ALERTS{alertstate="firing",severity="page"})',
        "{{slo}} {{tier}}",
        "red",
    ),
    Marker("Faults", "max by (fault, service) (shop_fault_active) == 1", "{{fault}} in {{service}}", "purple"),
    Marker(
        "Releases",
        "shop_build_info unless on (service, version) shop_build_info offset 2m",
        "{{service}} {{version}}",
        "blue",
    ),
)
"""What is marked on every dashboard."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label."""

    name: str
    label: str
    query: str
    all: bool = True


TIER = Variable("service", "tier", 'label_values(up{job="shop"}, service)')


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard as values; `uid` is its stable address."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    range: str = "now-1h"
    tags: Sequence[str] = field(default=(TAG,))

    def json(self) -> str:
        """Return the dashboard as Grafana's classic JSON."""
        made = (
            dashboard.Dashboard(self.title)
            .uid(self.uid)
            .description(self.description)
            .tags(list(self.tags))
            .readonly()
            .refresh("15s")
            .time(self.range, "now")
            .timezone("browser")
            .tooltip(DashboardCursorSync.CROSSHAIR)
        )
        for variable in self.variables:
            made = made.with_variable(_variable(variable))
        links = dashboard.DashboardLink("Dashboards").type(DashboardLinkType.DASHBOARDS).tags([TAG])
        made = made.link(links.as_dropdown(True).include_vars(True).keep_time(True))
        for row in self.rows:
            if row.title:
                made = made.with_row(dashboard.Row(row.title))
            for panel in row.panels:
                made = made.with_panel(panel)
        content = json.loads(JSONEncoder().encode(made.build()))
        content["annotations"] = {"list": [_annotation(marker) for marker in MARKERS]}
        return json.dumps(_for_newer(content), indent=2, ensure_ascii=False) + "\n"


def _variable(variable: Variable) -> dashboard.QueryVariable:
    made = (
        dashboard.QueryVariable(variable.name)
        .label(variable.label)
        .datasource(PROMETHEUS)
        .query({"query": variable.query, "refId": variable.name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .hide(VariableHide.DONT_HIDE)
    )
    return made.multi(True).include_all(True).all_value(".+") if variable.all else made


def _annotation(marker: Marker) -> dict[str, Any]:
    """Return what the SDK has no words for: the query of Prometheus' data source, and its formats."""
    return {
        "name": marker.name,
        "datasource": {"type": PROMETHEUS.type_val, "uid": PROMETHEUS.uid},
        "enable": True,
        "iconColor": marker.color,
        "target": {"refId": "Anno", "expr": marker.expr},
        "titleFormat": marker.text,
    }


def _for_newer(content: dict[str, Any]) -> dict[str, Any]:
    """Return the dashboard with numbered panels, without keys of Grafana 11.6 that later ones do not know."""
    for variable in content.get("templating", {}).get("list", []):
        for key in ("auto", "auto_min", "auto_count"):
            variable.pop(key, None)
    every = [each for panel in content["panels"] for each in (panel, *panel.get("panels", []))]
    for number, panel in enumerate(every, 1):
        panel["id"] = number
        panel.get("options", {}).pop("footer", None)
    return content
