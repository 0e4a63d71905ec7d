"""Charts for print: frozen values in, the text of an SVG file out. For pages that change, see `slo.serve`.

    from slo.charts import Events, Lines, Series, Span, Threshold, svg

    chart = Lines(
        title="Burn rate of checkout",
        description="The burn rate rose to 16 during the outage.",
        series=(Series("1h", ((1764590000, 0.4), (1764590060, 15.2))),),
        thresholds=(Threshold("page-fast", 14.4),),
        spans=(Span("outage", 1764590010, 1764590060),),
        y="burn rate",
    )
    Path("burn.svg").write_text(svg(chart), encoding="utf-8")

| value | draws |
|---|---|
| `Lines` | series over time or numbers; thresholds as dashed lines, spans as shades, None in a series as a gap |
| `Bars` | a bar for each name, grouped by series; thresholds as dashed lines |
| `Histogram` | how many values fall into each bucket, for example of latency; thresholds as vertical lines |
| `Cumulative` | the share of values up to each value (CDF), one line for each sample; thresholds as vertical lines |
| `Events` | a timeline: spans in lanes, and events as marks with their names |

- Times are seconds since 1970 and are printed in UTC. `x` and `y` are titles of axes with their unit: `latency in s`.
- `title` and `description` are also what a screen reader says. Write in the description what the picture shows.
- Any text is text: markup is escaped, control characters are removed, long text is cut.
- The same values give the same bytes with the same version of the library. A series is reduced to the least and the
  greatest of each part where it has more than 600 points; a file has 10 to 60 kB.
- Series differ in colour and dashes, so that print without colour stays readable.
- Needs `pip install 'slobox[report]'`; `svg` raises `MissingLibraryError` without it. Importing this package is cheap.
"""

from slo.charts.drawing import MissingLibraryError, svg
from slo.charts.values import (
    Bar,
    Bars,
    Bucket,
    Chart,
    Cumulative,
    Event,
    Events,
    Histogram,
    Lane,
    Lines,
    Sample,
    Series,
    Span,
    Threshold,
    buckets,
)

__all__ = [
    "Bar",
    "Bars",
    "Bucket",
    "Chart",
    "Cumulative",
    "Event",
    "Events",
    "Histogram",
    "Lane",
    "Lines",
    "MissingLibraryError",
    "Sample",
    "Series",
    "Span",
    "Threshold",
    "buckets",
    "svg",
]
