"""When alerts fired: stretches of time, from the samples of a range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.serve.charts import selector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.serve.fleet import Slo
    from slo.serve.prometheus import Line
    from slo.serve.ranges import Ranges, Span


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fired from a time to another, in Unix seconds; `open` where it fires at the end of the range."""

    tier: str
    severity: str
    members: str
    start: float
    end: float
    open: bool


def firings(slo: Slo, ranges: Ranges, span: Span) -> list[Firing]:
    """Return the stretches in which alerts of an SLO fired, the newest first.

    Raises:
        ObserveError: the server does not answer.
    """
    which = selector({"alertstate": "firing", "service": slo.identity.service, "slo": slo.identity.slo})
    groups = set(slo.worst.labels)
    # A step may be hours long, an alert minutes: the longest state within each step.
    step = max(1, round(span.step))
    lines = ranges.get(f"max_over_time(ALERTS{which}[{step}s])", span, age=15.0)
    found = (each for line in lines for each in _stretches(line, groups, span))
    return sorted(found, key=lambda firing: -firing.start)


def _stretches(line: Line, groups: Iterable[str], span: Span) -> list[Firing]:
    """Return one stretch for each run of samples without a gap of more than one step."""
    runs: list[list[float]] = []
    for at, _ in line.values:
        if runs and at - runs[-1][1] <= span.step * 1.5:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    labels = line.metric
    members = ", ".join(labels[name] for name in sorted(groups) if name in labels)
    tier, severity = labels.get("tier", ""), labels.get("severity", "")
    return [Firing(tier, severity, members, start, end, end >= span.end - span.step * 1.5) for start, end in runs]
