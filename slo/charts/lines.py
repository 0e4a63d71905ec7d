"""Lines over time or numbers, and cumulative shares, as Vega-Lite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.charts.parts import WIDTH, field, layer, limits, milliseconds, series_scales, shades, unless, x_axis
from slo.charts.reduce import quantiles, reduced
from slo.charts.text import distinct, plain

if TYPE_CHECKING:
    from slo.charts.parts import Json
    from slo.charts.values import Cumulative, Lines


def lines(chart: Lines) -> Json:
    """Return the specification of lines; a gap splits a line."""
    time = not chart.numeric
    x = x_axis("x", chart.x, time=time)
    names = distinct(series.name for series in chart.series)
    rows = [
        {"x": milliseconds(at, time=time), "y": value, "series": name}
        for name, series in zip(names, chart.series, strict=True)
        for at, value in reduced(series.points)
    ]
    mark: Json = {"type": "line", "strokeWidth": 1.5, "invalid": "break-paths-show-path-domains"}
    y = field("y", axis={"title": plain(chart.y) or None})
    drawn = layer(rows, mark, x=x, y=y, **series_scales(names))
    return {
        "width": WIDTH,
        "height": chart.height,
        "layer": [
            *shades(chart.spans, x, time=time),
            drawn,
            *limits(chart.thresholds, across=True),
            *unless(rows, chart.height),
        ],
    }


def cumulative(chart: Cumulative) -> Json:
    """Return the specification of shares as steps."""
    names = distinct(sample.name for sample in chart.samples)
    rows = [
        {"x": value, "y": share, "series": name}
        for name, sample in zip(names, chart.samples, strict=True)
        for value, share in quantiles(sample.values)
        if value > 0 or not chart.log
    ]
    x = x_axis("x", chart.x, time=False)
    if chart.log:
        x["scale"] = {"type": "log"}
    mark: Json = {"type": "line", "strokeWidth": 1.5, "interpolate": "step-after"}
    y = field("y", axis={"title": plain(chart.y) or None, "format": "%"}, scale={"domain": [0, 1]})
    drawn = layer(rows, mark, x=x, y=y, **series_scales(names))
    lines = limits(chart.thresholds, across=False, name_at=chart.height - 16)
    return {"width": WIDTH, "height": chart.height, "layer": [drawn, *lines, *unless(rows, chart.height)]}
