"""The queries of the dashboards, ready to be asked of a Prometheus."""

import json
from collections.abc import Mapping
from pathlib import Path

DASHBOARDS = Path(__file__).parents[2] / "monitoring" / "grafana" / "dashboards"
CHOSEN: Mapping[str, Mapping[str, str]] = {
    "slo": {"$service": "shop", "$slo": "checkout-availability", "$scale": "1"},
    "shop": {"$service": ".*", "$__rate_interval": "1m"},
}
"""What a person would choose in each dashboard."""


def panel_queries() -> list[str]:
    """The query of each target of each panel, with the variables filled in."""
    return [
        _filled(target["expr"], CHOSEN[path.stem])
        for path in sorted(DASHBOARDS.glob("*.json"))
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]


def _filled(query: str, values: Mapping[str, str]) -> str:
    for name in sorted(values, key=len, reverse=True):
        query = query.replace(name, values[name])
    return query
