"""The lints that look at what runs: at metrics, and at a Prometheus server that has to load the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import loaded, members, presence, scaling, types, units
from slo.lint.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server

OF_METRICS: tuple[tuple[Callable[[Sight], Iterator[Diagnostic]], str], ...] = (
    (presence.missing, "SLO129 SLO130 SLO131"),
    (types.missing_buckets, "SLO132"),
    (types.wrong_types, "SLO133"),
    (types.wrong_histograms, "SLO133"),
    (units.other_units, "SLO146"),
    (units.large_bounds, "SLO147"),
    (units.other_times, "SLO148"),
    (members.health_checks, "SLO134"),
    (members.large_groups, "SLO130 SLO135"),
    (members.bridges_without_targets, "SLO144"),
)
"""Each lint that `--metrics` runs, and the codes of what it finds."""

OF_SERVERS: tuple[tuple[Callable[[Subject, Server], Iterator[Diagnostic]], str], ...] = (
    (loaded.short_retention, "SLO137"),
    (loaded.recorded_elsewhere, "SLO138"),
    (loaded.loaded_twice, "SLO138"),
    (loaded.sloth_rules, "SLO139"),
    (loaded.scrape_intervals, "SLO143"),
    (scaling.large_ratios, "SLO159"),
)
"""Each lint that `--prometheus` runs."""


def of_metrics(subject: Subject, metrics: Metrics) -> tuple[Diagnostic, ...]:
    """What real metrics say about a plan.

    Raises:
        ObserveError: they cannot be read any more.
    """
    sight = Sight(subject, metrics)
    return tuple(found for check, _ in OF_METRICS for found in check(sight))


def of_server(subject: Subject, server: Server) -> tuple[Diagnostic, ...]:
    """What a server says about a plan.

    Raises:
        ObserveError: it does not answer any more.
    """
    return tuple(found for check, _ in OF_SERVERS for found in check(subject, server))


def codes(*, metrics: bool, server: bool) -> frozenset[str]:
    """The codes that were looked for."""
    texts = [text for _, text in OF_METRICS if metrics] + [text for _, text in OF_SERVERS if server]
    return frozenset(" ".join(texts).split())
