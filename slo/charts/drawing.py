"""Draws charts by Vega-Lite, in this process and without network."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from slo.charts.accessible import accessible
from slo.charts.bars import bars, histogram
from slo.charts.lines import cumulative, lines
from slo.charts.text import plain
from slo.charts.timeline import timeline
from slo.charts.values import Bars, Cumulative, Events, Histogram, Lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from slo.charts.parts import Json
    from slo.charts.values import Chart

_GRAMMAR = "6.4"
_FONT = 'system-ui, "DejaVu Sans", sans-serif'
_CONFIG = {
    "background": "white",
    "font": _FONT,
    "view": {"stroke": "#c9ced6"},
    "axis": {"gridColor": "#e3e7ee", "domainColor": "#8a94a6", "tickColor": "#8a94a6", "titleFontWeight": "normal"},
    "title": {"anchor": "start", "fontSize": 14, "limit": 680, "offset": 12},
}
_SPECIFICATIONS = {
    Lines: lines,
    Bars: bars,
    Histogram: histogram,
    Cumulative: cumulative,
    Events: timeline,
}


class MissingLibraryError(Exception):
    """The library that draws is not installed."""


def svg(chart: Chart) -> str:
    """Return the chart as the text of an SVG file.

    Raises:
        MissingLibraryError: slobox is installed without its extra `report`.
    """
    specification = cast("Callable[[Chart], Json]", _SPECIFICATIONS[type(chart)])(chart)
    title: Json = {"text": plain(chart.title)}
    if isinstance(chart, Events) and chart.events:
        title["offset"] = 60
    made: str = _library().vegalite_to_svg(
        {**specification, "title": title, "config": _CONFIG},
        vl_version=_GRAMMAR,
        allowed_base_urls=[],
        format_locale="en-US",
        time_format_locale="en-US",
    )
    return accessible(made, chart.title, chart.description)


def _library() -> ModuleType:
    try:
        import vl_convert  # noqa: PLC0415 - 84 MB that only who draws has installed
    except ImportError as error:
        raise MissingLibraryError("charts need vl-convert-python; run pip install 'slobox[report]'") from error
    return vl_convert
