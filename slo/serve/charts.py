"""The charts of an SLO: what each one asks Prometheus, and the answer as columns for the browser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.promql import parse_duration, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slo.serve.fleet import Member, Slo
    from slo.serve.prometheus import Line
    from slo.serve.ranges import Ranges, Span
    from slo.serve.tiers import Tier

_MOST_SERIES = 12


@dataclass(frozen=True, slots=True)
class Query:
    """One expression of a chart, and the name of its only series."""

    label: str
    expression: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its queries, the unit of its values, and lines at fixed values."""

    name: str
    title: str
    unit: str
    queries: tuple[Query, ...]
    thresholds: tuple[tuple[str, float], ...] = ()


def selector(labels: Mapping[str, str]) -> str:
    """Return matchers for exactly these labels, whatever characters their values have."""
    return "{" + ",".join(f"{name}={quote(value)}" for name, value in labels.items()) + "}"


def matchers(slo: Slo, member: Member, **more: str) -> str:
    """Return the matchers of the series of this SLO, or of one member of its group."""
    return selector({**slo.identity._asdict(), **member.labels, **more})


def budget(slo: Slo, member: Member, _: Sequence[Tier]) -> Chart:
    """Return the burn-down of the error budget."""
    query = Query("remaining", f"slo:budget_remaining:ratio{matchers(slo, member)}")
    return Chart("budget", "Error budget remaining", "ratio", (query,), (("spent", 0.0),))


def burn(slo: Slo, member: Member, tiers: Sequence[Tier]) -> Chart:
    """Return the burn rate over the long window of each tier, and the tiers' thresholds."""
    windows = list(dict.fromkeys(tier.long for tier in tiers)) or ["5m"]
    queries = tuple(Query(window, _burn(slo, member, window)) for window in windows)
    return Chart("burn", "Burn rate", "times", queries, tuple((tier.name, tier.factor) for tier in tiers))


def _burn(slo: Slo, member: Member, window: str) -> str:
    """Return the burn rate as the alerts compute it: what is not recorded of the window counts as good."""
    which, seconds = matchers(slo, member), float(parse_duration(window)) / member.time_scale
    recorded = f"slo:events:{window}{matchers(slo, member, kind='covered')} / {seconds:g}"
    return f"slo:error_ratio:{window}{which} * ignoring (kind) {recorded} / slo:budget:ratio{which}"


def events(slo: Slo, member: Member, _: Sequence[Tier]) -> Chart:
    """Return good and bad events a second."""
    total, bad = (f"slo:events:5m{matchers(slo, member, kind=kind)}" for kind in ("total", "bad"))
    seconds = f"{300 / member.time_scale:g}"
    good = f"({total} - ignoring (kind) {bad}) / {seconds}"
    return Chart("events", "Events per second", "rate", (Query("good", good), Query("bad", f"{bad} / {seconds}")))


def errors(slo: Slo, member: Member, _: Sequence[Tier]) -> Chart:
    """Return the error ratio of the last five minutes, and what the objective allows."""
    query = Query("5m", f"slo:error_ratio:5m{matchers(slo, member)}")
    return Chart("errors", "Error ratio", "ratio", (query,), (("allowed", member.budget),))


CHARTS: Mapping[str, Callable[[Slo, Member, Sequence[Tier]], Chart]] = {
    "budget": budget,
    "burn": burn,
    "events": events,
    "errors": errors,
}


def answer(chart: Chart, ranges: Ranges, span: Span) -> dict[str, object]:
    """Return the chart as columns: times, and one list of values for each series, `null` where there is none.

    Raises:
        ObserveError: a query has no answer.
    """
    lines = [(query, line) for query in chart.queries for line in ranges.get(query.expression, span)]
    return {
        "title": chart.title,
        "unit": chart.unit,
        "thresholds": [{"label": label, "value": value} for label, value in chart.thresholds],
        **columns([(_label(query, line, chart), line) for query, line in lines[:_MOST_SERIES]], span),
        "left_off": max(0, len(lines) - _MOST_SERIES),
    }


def columns(lines: Sequence[tuple[str, Line]], span: Span) -> dict[str, object]:
    """Return labelled series as columns on the steps of the range."""
    count = int((span.end - span.start) / span.step) + 1
    times = [span.start + index * span.step for index in range(count)]
    return {
        "times": times,
        "series": [{"label": label, "values": _column(line, span, count)} for label, line in lines],
    }


def _column(line: Line, span: Span, count: int) -> list[float | None]:
    values: list[float | None] = [None] * count
    for at, text in line.values:
        index, number = round((at - span.start) / span.step), float(text)
        if 0 <= index < count and math.isfinite(number):
            values[index] = number
    return values


def _label(query: Query, line: Line, chart: Chart) -> str:
    """Return the name of a series: of its query, and of what tells it from others of the same query."""
    more = {
        name: value
        for name, value in line.metric.items()
        if name not in {"__name__", "service", "slo", "shard", "kind"}
    }
    return " ".join([query.label, *(f"{name}={value}" for name, value in more.items())]) if chart.queries else ""
