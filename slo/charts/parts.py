"""Parts of a Vega-Lite specification that several charts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slo.charts.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.charts.values import Span, Threshold

Json = dict[str, Any]

WIDTH = 640
COLOURS = ("#0b5fa5", "#8a5a00", "#00664b", "#6a3fa0", "#5f6368", "#1f2733")
"""Each at least 5.5:1 on white; red is for thresholds."""
DASHES = ((1, 0), (8, 3), (2, 2), (8, 3, 2, 3), (12, 4), (4, 4))
_SHADES = ("#8a94a6", "#d9a441", "#7fb3d9", "#c9a0d6")
_NAMES = 4
_LIMIT = "#b3261e"
_CLOCK = {
    **dict.fromkeys(("year", "quarter", "month", "week", "day", "date"), "%-d %b %Y"),
    **dict.fromkeys(("hours", "minutes"), "%H:%M"),
    **dict.fromkeys(("seconds", "milliseconds"), "%H:%M:%S"),
}


def layer(rows: Iterable[Json], mark: Json, **encoding: Json) -> Json:
    """Return marks of one kind with data of their own."""
    return {"data": {"values": list(rows)}, "mark": {"aria": False, **mark}, "encoding": encoding}


def field(name: str, kind: str = "quantitative", **more: object) -> Json:
    """Return the channel that reads a field."""
    return {"field": name, "type": kind, **more}


def x_axis(name: str, title: str, *, time: bool, **more: object) -> Json:
    """Return the x channel: numbers, or milliseconds in UTC."""
    axis: Json = {"title": plain(title) or None, "labelOverlap": True, "grid": False}
    if time:
        axis["format"] = _CLOCK
    scale: Json = {"type": "utc"} if time else {"zero": False}
    return field(name, "temporal" if time else "quantitative", axis=axis, scale=scale, **more)


def milliseconds(value: float, *, time: bool) -> float:
    """Return x as Vega reads it."""
    return round(value * 1000) if time else value


_SYMBOL: dict[bool, Json] = {
    True: {"symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 400, "symbolOpacity": 1},
    False: {"symbolType": "square"},
}


def series_scales(names: Sequence[str], *, dashes: bool = True) -> Json:
    """Return colour and dashes of each series, with a legend where there are several; names are plain and distinct."""
    legend = (
        {"title": None, "orient": "bottom", "columns": 3, "labelLimit": 200, **_SYMBOL[dashes]}
        if len(names) > 1
        else None
    )
    domain = list(names)
    scale = {"domain": domain, "range": [COLOURS[n % len(COLOURS)] for n in range(len(domain))]}
    dash = {"domain": domain, "range": [list(DASHES[n % len(DASHES)]) for n in range(len(domain))]}
    made = {"color": field("series", "nominal", scale=scale, legend=legend)}
    return {**made, "strokeDash": field("series", "nominal", scale=dash, legend=legend)} if dashes else made


def limits(thresholds: Sequence[Threshold], *, across: bool, name_at: float = 0) -> list[Json]:
    """Return dashed lines with their names: across the picture at y, or upright at x with the name at a height."""
    if not thresholds:
        return []
    at, ends = ("y", {"x": {"value": WIDTH}}) if across else ("x", {"y": {"value": name_at}})
    rows = [{"at": each.value, "name": plain(each.name, 40)} for each in thresholds]
    words: Json = {"type": "text", "color": _LIMIT, "fontSize": 11}
    place = (
        {"align": "right", "baseline": "bottom", "dx": -2, "dy": -2} if across else {"align": "left", "dx": 4, "dy": 8}
    )
    channel = {at: field("at")}
    return [
        layer(rows, {"type": "rule", "color": _LIMIT, "strokeDash": [6, 4]}, **channel),
        layer(rows, {**words, **place}, **channel, **ends, text=field("name", "nominal")),
    ]


def shades(spans: Sequence[Span], x: Json, *, time: bool) -> list[Json]:
    """Return spans as shades from top to bottom; names are at the top, each on a line of its own."""
    names = list(dict.fromkeys(span.name for span in spans))
    rows = [
        {
            "start": milliseconds(span.start, time=time),
            "end": milliseconds(span.end, time=time),
            "name": plain(span.name, 40),
            "shade": _SHADES[names.index(span.name) % len(_SHADES)],
            "line": 2 + 13 * (names.index(span.name) % _NAMES),
        }
        for span in spans
    ]
    if not rows:
        return []
    across = {"x": {**x, "field": "start"}, "x2": {"field": "end"}}
    filled = layer(rows, {"type": "rect", "fillOpacity": 0.3}, **across, color=field("shade", "nominal", scale=None))
    words = {"type": "text", "align": "left", "baseline": "top", "dx": 3, "fontSize": 11, "color": "#3a4250"}
    line = field("line", scale=None)
    return [filled, layer(rows, words, x={**x, "field": "start"}, y=line, text=field("name", "nominal"))]


def unless(rows: Sequence[Json], height: float = 40) -> list[Json]:
    """Return the words `no data` where there are no rows."""
    words: Json = {"type": "text", "fontSize": 14, "color": "#5f6368", "x": WIDTH / 2, "y": height / 2}
    return [] if rows else [layer([{}], words, text={"value": "no data"})]
