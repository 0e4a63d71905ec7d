"""The budget and burn rates of a demo run as a chart."""
# ruff: noqa: INP001 -- a part of the script make.py

import re
from collections.abc import Iterator, Sequence

from slo.charts import Lines, Series, Span, svg

LOOK = re.compile(r"\+([\d.]+) s +budget \S+ +([\d.]+) %  burn rate 1h +([\d.]+), 5m +([\d.]+)")
EDGES = (("fault", "fault on", "fault off"), ("page-fast fires", "fires in Prometheus", "page-fast ends"))


def timeline(lines: Sequence[str]) -> str:
    """Return the chart of a run from what the demo printed, as SVG."""
    looks = [tuple(map(float, found.groups())) for line in lines if (found := LOOK.search(line))]
    left = tuple((look[0], look[1]) for look in looks)
    first, last = left[0][1], left[-1][1]
    return svg(
        Lines(
            title="Error budget of checkout in the demo",
            description=f"The error budget falls from {first:g} % to {last:g} %, most of it while the fault is on.",
            series=(Series("budget remaining", left),),
            spans=tuple(_spans(lines)),
            x="seconds since the start",
            y="budget remaining in %",
            numeric=True,
        )
    )


def _spans(lines: Sequence[str]) -> Iterator[Span]:
    for name, start, end in EDGES:
        yield Span(name, _second(lines, start), _second(lines, end))


def _second(lines: Sequence[str], event: str) -> float:
    line = next(line for line in lines if event in line and re.match(r"\d\d:", line))
    return float(re.findall(r"\+([\d.]+) s", line)[0])
