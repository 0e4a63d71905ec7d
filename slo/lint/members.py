"""Lints about real metrics: who is counted that should not be, and how many members a group has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding, some
from slo.lint.groups import series_of_a_member
from slo.lint.sight import ADDED, passes, total_of
from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.lint.sight import Sight
    from slo.model import Slo
    from slo.promql import Selector

MOST_MEMBERS = 100
_ROUTES = (
    "route",
    "path",
    "handler",
    "uri",
    "url",
    "endpoint",
    "http_route",
    "http_target",
    "url_path",
    "grpc_service",
)
_HEALTH = re.compile(
    r"/(-/|_/|internal/|api/)?(healthz?|health[-_]?checks?|livez|liveness|readyz?|readiness|ping|metrics)(/.*)?"
    r"|/actuator/(health|prometheus)(/.*)?|healthz|livez|readyz|grpc\.health\.v1\.Health"
)
"""What probes ask for. Without a slash only words that mean nothing else: `metrics` may be the name of a port."""


def health_checks(sight: Sight) -> Iterator[Diagnostic]:
    """Probes and scrapes are among the events, unless only they are meant."""
    for slo in sight.subject.slos:
        selector = total_of(slo)
        if slo.sli.unit == "ratio-slices" or selector is None or not selector.name or not _events(slo):
            continue
        chosen = {m.label for m in selector.matchers if m.op in {"=", "=~"}}
        for label in (label for label in _routes(sight, selector) if label not in chosen):
            values = _values(sight, selector, label)
            probes = sorted(value for value in values if _HEALTH.fullmatch(value))
            if probes and len(probes) < len(values):
                yield _counted(_place(slo), label, probes)


def _routes(sight: Sight, selector: Selector) -> list[str]:
    """The labels of a metric that say what was asked for: `route`, `http.route`."""
    dotted = [label for label in sight.metrics.labels(selector.name) if not naming.is_plain_label(label)]
    return [*_ROUTES, *(label for label in dotted if naming.underscored(label) in _ROUTES)]


def _counted(place: Place, label: str, probes: list[str]) -> Diagnostic:
    pattern = "|".join(re.escape(probe).replace("\\-", "-").replace("\\", "\\\\") for probe in probes[:5])
    return finding(
        "SLO134",
        place,
        f"events with {label} {some(probes)} are counted, too",
        f'leave them out: {naming.label(label)}!~"{pattern}"',
    )


def _values(sight: Sight, selector: Selector, label: str) -> set[str]:
    """The values of a label that a selector lets pass."""
    tests = [m for m in selector.matchers if not sight.unknown(selector.name, m.label)]
    rows = sight.metrics.series(selector.name, sorted({label, *(m.label for m in tests)})) or ()
    return {row[label] for row in rows if label in row and passes(row, tests)}


def large_groups(sight: Sight) -> Iterator[Diagnostic]:
    """More members than a person can look after, or none at all for lack of the label."""
    for slo in sight.subject.slos:
        selector = total_of(slo)
        if not slo.group_by or selector is None or not sight.series(selector.name):
            continue
        for number, label in enumerate(slo.series_labels):
            if sight.metrics.complete and all(label not in row for row in sight.series(selector.name) or ()):
                message = f"no series of {selector.name} has the label {label} to group by"
                hint = f"it has {some(sight.metrics.labels(selector.name))}"
                yield finding("SLO130", slo.place.at("group_by", number), message, hint)
        members = {tuple(row.get(label, "") for label in slo.series_labels) for row in sight.matched(selector)}
        if len(members) > MOST_MEMBERS:
            series = len(members) * series_of_a_member(sight.subject.plan)
            message = f"there are {len(members):,} members of {', '.join(slo.group_by)}: {series:,} recorded series"
            yield finding("SLO135", slo.place.key("group_by"), message)


def bridges_without_targets(sight: Sight) -> Iterator[Diagnostic]:
    """`data_loss: bridge` over series that do not say which target they come from."""
    if not sight.metrics.complete:
        return
    for slo in sight.subject.slos:
        selector = total_of(slo)
        if not slo.bridge or slo.sli.unit != "events" or selector is None:
            continue
        rows = sight.matched(selector)
        lacking = sorted(label for label in ADDED if rows and all(label not in row for row in rows))
        if lacking:
            message = f"data_loss: bridge needs job and instance, and {selector.name} lacks {some(lacking)}"
            yield finding("SLO144", slo.place.at("data_loss"), message)


def _events(slo: Slo) -> bool:
    """Whether the SLI counts events, by themselves or in slices."""
    return slo.sli.unit == "events" or hasattr(slo.sli, "inner")


def _place(slo: Slo) -> Place:
    latency = slo.place.at("sli", "latency").key("histogram")
    return (
        latency if hasattr(getattr(slo.sli, "inner", slo.sli), "histogram") else slo.place.at("sli", "events", "total")
    )
