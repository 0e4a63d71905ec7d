"""Bars and histograms as Vega-Lite."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from slo.charts.parts import COLOURS, WIDTH, field, layer, limits, series_scales, unless, x_axis
from slo.charts.text import plain

if TYPE_CHECKING:
    from slo.charts.parts import Json
    from slo.charts.values import Bars, Histogram

_THICK = 22


def bars(chart: Bars) -> Json:
    """Return the specification of lying bars, their values beside them."""
    series = list(dict.fromkeys(plain(bar.series) for bar in chart.bars))
    rows = [
        {"name": plain(bar.name), "value": bar.value, "series": plain(bar.series)}
        for bar in chart.bars
        if isfinite(bar.value)
    ]
    y = field("name", "nominal", sort=None, axis={"title": None, "labelLimit": 220, "ticks": False})
    step = {"field": "series", "sort": None}
    x = x_axis("value", chart.x, time=False)
    x["scale"] = {"zero": True}
    colour = series_scales(series, dashes=False)
    words: Json = {"type": "text", "align": "left", "dx": 3, "fontSize": 11, "color": "#3a4250"}
    value = field("value", format=".4~g")
    return {
        "width": WIDTH,
        "height": {"step": _THICK, "for": "offset"} if len(series) > 1 else {"step": _THICK},
        "layer": [
            layer(rows, {"type": "bar"}, x=x, y=y, yOffset=step, **colour),
            layer(rows, words, x=x, y=y, yOffset=step, text=value),
            *limits(chart.thresholds, across=False),
            *unless(rows),
        ],
    }


def histogram(chart: Histogram) -> Json:
    """Return the specification of buckets."""
    rows = [{"lower": each.lower, "upper": each.upper, "count": each.count} for each in chart.buckets]
    x = x_axis("lower", chart.x, time=False)
    y = field("count", axis={"title": plain(chart.y) or None})
    mark: Json = {"type": "bar", "color": COLOURS[0], "stroke": "white"}
    drawn = layer(rows, mark, x=x, x2={"field": "upper"}, y=y, y2={"datum": 0})
    more = (*limits(chart.thresholds, across=False), *unless(rows, chart.height))
    return {"width": WIDTH, "height": chart.height, "layer": [drawn, *more]}
