"""Answers of range queries as columns for the browser: one list of times, one list of values for each series."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.serve.charts import Chart, Query
    from slo.serve.exemplars import Point
    from slo.serve.history import Stretch
    from slo.serve.prometheus import Line
    from slo.serve.ranges import Ranges, Span

_MOST_SERIES = 12
_AHEAD = 0.25


class Column(TypedDict):
    """A series; one that is computed, not recorded, is a forecast."""

    label: str
    values: list[float | None]
    forecast: NotRequired[bool]


class Columns(TypedDict):
    """Times in Unix seconds, and the values of each series at these."""

    times: list[float]
    series: list[Column]


def answer(
    chart: Chart, ranges: Ranges, span: Span, bands: Sequence[Stretch] = (), points: Sequence[Point] = ()
) -> dict[str, object]:
    """Return a chart as columns; a value is None where there is none.

    Raises:
        ObserveError: a query has no answer.
    """
    lines = [(query, line) for query in chart.queries for line in ranges.get(query.expression, span)]
    common = same([line for _, line in lines])
    named = [(_label(query, line, common), line) for query, line in lines[:_MOST_SERIES]]
    return {
        "title": chart.title,
        "unit": chart.unit,
        "thresholds": [{"label": label, "value": value} for label, value in chart.thresholds],
        **_ahead(columns(named, span), chart.forecast, span),
        "left_off": max(0, len(lines) - _MOST_SERIES),
        "bands": [asdict(each) for each in bands],
        "points": [asdict(each) for each in points],
    }


def columns(lines: Sequence[tuple[str, Line]], span: Span) -> Columns:
    """Return labelled series as columns on the steps of the range."""
    count = int((span.end - span.start) / span.step) + 1
    times = [span.start + index * span.step for index in range(count)]
    return Columns(
        times=times, series=[Column(label=label, values=_values(line, span, count)) for label, line in lines]
    )


def _ahead(drawn: Columns, falls: Sequence[tuple[str, float]], span: Span) -> Columns:
    """Return columns that go on into the future: each line falls from the last value of the first series."""
    known = [index for index, value in enumerate(drawn["series"][0]["values"]) if value is not None] if falls else []
    if not known:
        return drawn
    times, last = drawn["times"], known[-1]
    value, more = drawn["series"][0]["values"][last] or 0.0, int(len(times) * _AHEAD)
    longer = [*times, *(times[-1] + span.step * (index + 1) for index in range(more))]
    series = [Column(label=each["label"], values=[*each["values"], *[None] * more]) for each in drawn["series"]]
    for label, fall in falls:
        falling = [_spent(value - fall * (at - times[last])) for at in longer[last:]]
        series.append(Column(label=label, values=[*[None] * last, *falling], forecast=True))
    return Columns(times=longer, series=series)


def _spent(value: float) -> float | None:
    return value if value > 0 else None


def _values(line: Line, span: Span, count: int) -> list[float | None]:
    values: list[float | None] = [None] * count
    for at, text in line.values:
        index, number = round((at - span.start) / span.step), float(text)
        if 0 <= index < count and math.isfinite(number):
            values[index] = number
    return values


def same(lines: Sequence[Line]) -> set[tuple[str, str]]:
    """Return the labels that all series of a chart have, which tell none of them apart."""
    return set.intersection(*(set(line.metric.items()) for line in lines)) if lines else set()


def _label(query: Query, line: Line, common: set[tuple[str, str]]) -> str:
    """Return the name of a series: of its query, and of the labels in which it differs."""
    hidden = common if query.label else set()
    more = (f"{name}={value}" for name, value in line.metric.items() if name not in {"__name__", "kind"})
    return " ".join(filter(None, (query.label, *(each for each in more if tuple(each.split("=", 1)) not in hidden))))
