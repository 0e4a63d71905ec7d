"""Checks against real metrics: health checks among the events, sizes of groups, labels of targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.checks.groups import series_per_member
from slo.lint.finding import finding, some
from slo.lint.registry import METRICS, check
from slo.lint.series import SCRAPE_LABELS, passes, total_of
from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.finding import Finding
    from slo.lint.series import SeriesIndex
    from slo.model import Slo
    from slo.promql import Selector

_MOST_MEMBERS = 100
_ROUTES = (
    *("route", "path", "handler", "uri", "url", "endpoint", "http_route", "http_target", "url_path", "grpc_service"),
)
_HEALTH = re.compile(
    r"/(-/|_/|internal/|api/)?(healthz?|health[-_]?checks?|livez|liveness|readyz?|readiness|ping|metrics)(/.*)?"
    r"|/actuator/(health|prometheus)(/.*)?|healthz|livez|readyz|grpc\.health\.v1\.Health"
)
"""Routes of probes. Without a slash only unambiguous words: `metrics` may be the name of a port."""


@check("SLO134", METRICS)
def health_checks(index: SeriesIndex) -> Iterator[Finding]:
    """Report health checks and scrapes among the events, unless only they are selected."""
    for slo in index.context.slos:
        selector = total_of(slo)
        if not slo.sli.counts_events or selector is None or not selector.name:
            continue
        chosen = {m.label for m in selector.matchers if m.op in {"=", "=~"}}
        for label in (label for label in _routes(index, selector) if label not in chosen):
            values = _values(index, selector, label)
            probes = sorted(value for value in values if _HEALTH.fullmatch(value))
            if probes and len(probes) < len(values):
                yield _counted(slo, label, probes)


def _routes(index: SeriesIndex, selector: Selector) -> list[str]:
    """Return the labels of a metric that may be a route: `route`, `http.route`."""
    dotted = [label for label in index.metrics.labels(selector.name) if not naming.is_plain_label(label)]
    return [*_ROUTES, *(label for label in dotted if naming.underscored(label) in _ROUTES)]


def _counted(slo: Slo, label: str, probes: list[str]) -> Finding:
    pattern = "|".join(re.escape(probe).replace("\\-", "-").replace("\\", "\\\\") for probe in probes[:5])
    place = slo.place.at("sli", slo.sli.kind)
    return finding(
        place.key("histogram") if slo.sli.histogram_limit() else place.at("total"),
        f"health checks among the events: {label} {some(probes)}",
        f'exclude them: {naming.label(label)}!~"{pattern}"',
    )


def _values(index: SeriesIndex, selector: Selector, label: str) -> set[str]:
    """Return the values of a label among the series that a selector matches."""
    matchers = index.known_matchers(selector)
    rows = index.metrics.series(selector.name, sorted({label, *(m.label for m in matchers)})) or ()
    return {row[label] for row in rows if label in row and passes(row, matchers)}


@check("SLO130", METRICS)
def missing_group_labels(index: SeriesIndex) -> Iterator[Finding]:
    """Report labels of `group_by` that no series has."""
    for slo, selector in _groups(index):
        rows = index.series(selector.name) or ()
        for number, label in enumerate(slo.series_labels):
            if index.metrics.complete and all(label not in row for row in rows):
                message = f"no series of {selector.name} has the group label {label}"
                hint = f"it has {some(index.metrics.labels(selector.name))}"
                yield finding(slo.place.at("group_by", number), message, hint)


@check("SLO135", METRICS)
def large_groups(index: SeriesIndex) -> Iterator[Finding]:
    """Report groups with more than a hundred members."""
    for slo, selector in _groups(index):
        members = {tuple(row.get(label, "") for label in slo.series_labels) for row in index.matched(selector)}
        if len(members) > _MOST_MEMBERS:
            series = len(members) * series_per_member(index.context.plan)
            message = f"{len(members):,} members of {', '.join(slo.group_by)} make {series:,} recorded series"
            yield finding(slo.place.key("group_by"), message)


def _groups(index: SeriesIndex) -> Iterator[tuple[Slo, Selector]]:
    """Yield each SLO with `group_by` and the selector of its events, if that has series."""
    for slo in index.context.slos:
        selector = total_of(slo)
        if slo.group_by and selector is not None and index.series(selector.name):
            yield slo, selector


@check("SLO144", METRICS)
def bridges_without_targets(index: SeriesIndex) -> Iterator[Finding]:
    """Report `data_loss: bridge` over series without the labels of a target."""
    if not index.metrics.complete:
        return
    for slo in index.context.slos:
        selector = total_of(slo)
        if not slo.bridge or slo.sli.unit != "events" or selector is None:
            continue
        rows = index.matched(selector)
        lacking = sorted(label for label in SCRAPE_LABELS if rows and all(label not in row for row in rows))
        if lacking:
            message = f"data_loss: bridge needs job and instance; {selector.name} lacks {some(lacking)}"
            yield finding(slo.place.at("data_loss"), message)
