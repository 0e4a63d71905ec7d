"""Parts of a Grafana dashboard in its classic JSON: panels, their queries, and their places on the grid."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json = dict[str, Any]

DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24
_LINES: Json = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 0, "showPoints": "never", "spanNulls": False}
_LEGEND: Json = {"displayMode": "list", "placement": "bottom", "showLegend": True}


class Query(msgspec.Struct, frozen=True):
    """A query of a panel and its legend; a table has none."""

    expr: str
    legend: str = ""


class Panel(msgspec.Struct, frozen=True):
    """A panel without a place.

    Attributes:
        width: columns of the grid, 24 in all.
        height: rows of the grid.
        body: type, options and field settings.
    """

    title: str
    description: str
    width: int
    height: int
    queries: tuple[Query, ...]
    body: Json


def placed(panels: Iterable[Panel]) -> list[Json]:
    """Return the panels from left to right and from top to bottom, with ids from 1."""
    made: list[Json] = []
    x = y = tallest = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        made.append(_panel(panel, number, place))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return made


def _panel(panel: Panel, number: int, place: Json) -> Json:
    return {
        "id": number,
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "datasource": DATASOURCE,
        "targets": [_target(query, ref(n)) for n, query in enumerate(panel.queries)],
        **panel.body,
    }


def ref(number: int) -> str:
    """Return the name of a query by its number: A, B, .. Z, A1, B1, .."""
    turn, letter = divmod(number, len(ascii_uppercase))
    return f"{ascii_uppercase[letter]}{turn or ''}"


def _target(query: Query, ref: str) -> Json:
    how: Json = {"legendFormat": query.legend} if query.legend else {"instant": True, "range": False, "format": "table"}
    return {"refId": ref, "datasource": DATASOURCE, "expr": query.expr, **how}


def stat(unit: str, decimals: int, steps: Sequence[tuple[str, float | None]] = (("text", None),)) -> Json:
    """Return a single number, coloured by its value."""
    return {
        "type": "stat",
        "fieldConfig": {
            "defaults": {"unit": unit, "decimals": decimals, "thresholds": _thresholds(steps)},
            "overrides": [],
        },
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "none",
            "textMode": "auto",
            "orientation": "auto",
        },
    }


def lines(unit: str, *, floor: float | None = None, limit: float | None = None, dashed: str = "") -> Json:
    """Return lines over time; `floor` begins the axis, `limit` is a red line, `dashed` a word of dashed legends."""
    defaults: Json = {"unit": unit, "custom": dict(_LINES)}
    if floor is not None:
        defaults["min"] = floor
    if limit is not None:
        defaults["thresholds"] = _thresholds((("transparent", None), ("red", limit)))
        defaults["custom"]["thresholdsStyle"] = {"mode": "line"}
    return {
        "type": "timeseries",
        "fieldConfig": {"defaults": defaults, "overrides": [_dashes(dashed)] if dashed else []},
        "options": {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
    }


def _dashes(word: str) -> Json:
    style = {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 6]}}
    return {"matcher": {"id": "byRegexp", "options": f"/{word}/"}, "properties": [style]}


def mark(name: str, expr: str, text: str) -> Json:
    """Return an annotation: a mark wherever an expression has a value."""
    target = {"refId": "Anno", "expr": expr}
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": "red",
        "target": target,
        "titleFormat": text,
    }


def others(tag: str) -> Json:
    """Return links to all dashboards with a tag, which keep time and variables."""
    return {
        "type": "dashboards",
        "title": "SLOs",
        "tags": [tag],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
    }


def states() -> Json:
    """Return a timeline of states."""
    return {
        "type": "state-timeline",
        "fieldConfig": {
            "defaults": {"thresholds": _thresholds((("transparent", None), ("red", 1.0)))},
            "overrides": [],
        },
        "options": {"mergeValues": True, "showValue": "never", "legend": _LEGEND | {"showLegend": False}},
    }


def table(names: dict[str, str], hidden: Iterable[str], overrides: list[Json], by: str) -> Json:
    """Return a table of queries joined on their labels, with columns renamed, hidden and sorted by one."""
    organize: Json = {"excludeByName": dict.fromkeys(hidden, True), "indexByName": {}, "renameByName": names}
    return {
        "type": "table",
        "transformations": [{"id": "merge", "options": {}}, {"id": "organize", "options": organize}],
        "fieldConfig": {"defaults": {"custom": {"align": "auto", "filterable": True}}, "overrides": overrides},
        "options": {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": by, "desc": False}]},
    }


def column(name: str, **properties: object) -> Json:
    """Return the settings of a column by its displayed name; `__` in a key is a dot."""
    wanted = [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": wanted}


def coloured(steps: Sequence[tuple[str, float | None]]) -> Json:
    """Return the settings of a column with text coloured by value."""
    return {"thresholds": _thresholds(steps), "custom__cellOptions": {"type": "color-text"}}


def _thresholds(steps: Sequence[tuple[str, float | None]]) -> Json:
    return {"mode": "absolute", "steps": [{"color": color, "value": value} for color, value in steps]}


def chosen(name: str, label: str, query: str, *, several: bool) -> Json:
    """Return a variable with values from Prometheus; `several`: more than one, or all, may be chosen."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "hide": 0,
        "multi": several,
        "includeAll": several,
        **({"allValue": ".*", "current": {"text": "All", "value": "$__all"}} if several else {}),
    }


def data_source() -> Json:
    """Return the variable for the data source."""
    return {
        "name": "datasource",
        "label": "data source",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }
