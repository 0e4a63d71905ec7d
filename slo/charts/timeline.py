"""Timelines as Vega-Lite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.charts.parts import WIDTH, field, layer, milliseconds, series_scales, unless, x_axis
from slo.charts.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.charts.parts import Json
    from slo.charts.values import Event, Events

_LANE = 34
_LETTER = 7
_INK = "#1f2733"
_LEVELS = 4
_WORDS: dict[str, object] = {"type": "text", "fontSize": 11, "color": _INK}


def timeline(chart: Events) -> Json:
    """Return the specification of lanes with spans, and of events as upright lines with their names."""
    x = x_axis("start", chart.x, time=True)
    rows = list(_rows(chart))
    domain = [plain(lane.name) for lane in chart.lanes]
    axis: Json = {"title": None, "labelLimit": 220, "ticks": False}
    y = field("lane", "nominal", sort=None, axis=axis, scale={"domain": domain})
    colour = series_scales(list(dict.fromkeys(row["series"] for row in rows)), dashes=False)
    filled: Json = {"type": "bar", "height": 20, "opacity": 0.4}
    wide = [row for row in rows if row["wide"]]
    names: Json = {**_WORDS, "align": "left", "dx": 3}
    return {
        "width": WIDTH,
        "height": max(1, len(domain)) * _LANE,
        "layer": [
            layer(rows, filled, x=x, x2={"field": "end"}, y=y, **colour),
            layer(wide, names, x=x, y=y, text=field("series", "nominal")),
            *_events(chart, x),
            *([] if chart.events else unless(rows)),
        ],
    }


def _rows(chart: Events) -> Iterator[Json]:
    """Yield the spans; `wide`: there is room for the name."""
    width = _pixels(chart)
    for lane in chart.lanes:
        for span in lane.spans:
            name = plain(span.name, 40)
            yield {
                "start": milliseconds(span.start, time=True),
                "end": milliseconds(span.end, time=True),
                "series": name,
                "lane": plain(lane.name),
                "wide": (span.end - span.start) * width > len(name) * _LETTER,
            }


def _pixels(chart: Events) -> float:
    """Return the width of a second."""
    times = [at for lane in chart.lanes for span in lane.spans for at in (span.start, span.end)]
    times += [event.time for event in chart.events]
    length = max(times) - min(times) if times else 0
    return WIDTH / length if length else WIDTH


def _events(chart: Events, x: Json) -> Iterator[Json]:
    """Yield events in order; names on four levels above the lanes, so that neighbours do not overlap."""
    ordered = sorted(chart.events, key=lambda event: event.time)
    if not ordered:
        return
    yield layer(map(_row, ordered), {"type": "rule", "color": _INK, "strokeDash": [2, 2]}, x=x)
    middle = (ordered[0].time + ordered[-1].time) / 2
    for number, event in enumerate(ordered):
        side: Json = {"align": "right", "dx": 2} if event.time > middle else {"align": "left", "dx": -2}
        mark: Json = {**_WORDS, **side, "baseline": "bottom", "dy": -6 - 13 * (number % _LEVELS)}
        yield layer([_row(event)], mark, x=x, y={"value": 0}, text=field("name", "nominal"))


def _row(event: Event) -> Json:
    return {"start": milliseconds(event.time, time=True), "name": plain(event.name, 40)}
