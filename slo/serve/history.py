"""When alerts fired: stretches of time, from the samples of a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.serve.charts import selector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.serve.fleet import Member, Slo
    from slo.serve.prometheus import Line
    from slo.serve.ranges import Ranges, Span


_MOST_BANDS = 100


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time to shade in charts: `maintenance`, or the severity of an alert that fired."""

    kind: str
    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fired from a time to another, in Unix seconds; `open` where it fires at the end of the range."""

    tier: str
    severity: str
    members: str
    start: float
    end: float
    open: bool


def firings(slo: Slo, ranges: Ranges, span: Span, member: Member | None = None) -> list[Firing]:
    """Return the stretches in which alerts of an SLO fired, or only of one member of its group; the newest first.

    Raises:
        ObserveError: the server does not answer.
    """
    identity = {name: value for name, value in slo.identity.labels.items() if name != "shard"}  # alerts have none
    which = selector({"alertstate": "firing", **identity})
    groups = set(slo.worst.labels)
    lines = ranges.get(_seen(f"ALERTS{which}", span), span, age=15.0)
    wanted = dict(member.labels) if member else {}
    own = [line for line in lines if all(line.metric.get(name, value) == value for name, value in wanted.items())]
    found = (each for line in own for each in _stretches(line, groups, span))
    return sorted(found, key=lambda firing: -firing.start)


def maintenances(slo: Slo, ranges: Ranges, span: Span) -> list[Stretch]:
    """Return the maintenances of the service of an SLO.

    Raises:
        ObserveError: the server does not answer.
    """
    own = {name: value for name, value in slo.identity.labels.items() if name != "slo"}
    lines = ranges.get(_seen(f"slo:maintenance{selector(own)}", span), span)
    return [Stretch("maintenance", "maintenance", start, end) for line in lines for start, end in _runs(line, span)]


def bands(slo: Slo, member: Member, ranges: Ranges, span: Span) -> list[Stretch]:
    """Return what charts shade: maintenances, and the time in which alerts fired; at most a hundred.

    Raises:
        ObserveError: the server does not answer.
    """
    fired = [Stretch(each.severity, each.tier, each.start, each.end) for each in firings(slo, ranges, span, member)]
    return [*maintenances(slo, ranges, span), *fired][:_MOST_BANDS]


def _seen(series: str, span: Span) -> str:
    """Return whether a series was there within each step: one may be shorter than the time between evaluations."""
    return f"max_over_time({series}[{max(1, round(span.step))}s]) or {series}"


def _stretches(line: Line, groups: Iterable[str], span: Span) -> list[Firing]:
    """Return one stretch for each time in which an alert fired."""
    labels = line.metric
    members = ", ".join(labels[name] for name in sorted(groups) if name in labels)
    tier, severity = labels.get("tier", ""), labels.get("severity", "")
    return [
        Firing(tier, severity, members, start, end, end >= span.end - span.step * 1.5)
        for start, end in _runs(line, span)
    ]


def _runs(line: Line, span: Span) -> list[tuple[float, float]]:
    """Return start and end of each run of samples without a gap of more than one step."""
    runs: list[list[float]] = []
    for at, _ in line.values:
        if runs and at - runs[-1][1] <= span.step * 1.5:
            runs[-1][1] = at
        else:
            runs.append([at - span.step, at])
    return [(max(start, span.start), end) for start, end in runs]
