"""The PromQL of the dashboards, ready to be asked of a Prometheus."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DASHBOARDS = Path(__file__).parents[2] / "monitoring" / "grafana" / "dashboards"
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "slo-shop": {"$service": "shop", "$slo": "checkout-availability"},
}
"""What a person would choose in a dashboard; all in the others."""

ALL: Mapping[str, str] = {"$service": ".+", "$slo": ".+", "$__rate_interval": "1m", "$__range": "1m"}
INFRASTRUCTURE = ("postgresql_", "redis_", "system_")
"""Metrics of the Collector's receivers in containers."""


def panel_queries(*, infrastructure: bool = True) -> list[str]:
    """Return the PromQL of each panel with the variables filled in; several queries of a panel count as one."""
    found = [
        " or ".join(f"({_filled(expr, {**ALL, **CHOSEN.get(path.stem, {})})})" for expr in _expressions(panel))
        for path in sorted(DASHBOARDS.glob("*.json"))
        for panel in panels(json.loads(path.read_text(encoding="utf-8")))
    ]
    return [query for query in found if query and (infrastructure or not any(name in query for name in INFRASTRUCTURE))]


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the panels, those of rows too."""
    for panel in dashboard["panels"]:
        yield from panels(panel) if panel["type"] == "row" else [panel]


def _expressions(panel: Mapping[str, Any]) -> list[str]:
    targets = panel.get("targets", [])
    return [each["expr"] for each in targets if "expr" in each and each["datasource"]["type"] == "prometheus"]


def _filled(query: str, values: Mapping[str, str]) -> str:
    for name in sorted(values, key=len, reverse=True):
        query = query.replace(name, values[name])
    return query
