"""Findings about plans that compile but may not be what was meant: the table of all lints, and how they are run.

A lint is a function from a `Subject` to findings. To add one: write it in the module of its family, name it below,
explain its code in `slo/codes`, and give an example of it to `tests/golden/lints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import (
    alerts,
    counters,
    expressions,
    groups,
    matchers,
    servers,
    statuses,
    structure,
    totals,
    traffic,
    windows,
)
from slo.lint.finding import percent
from slo.lint.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slo.diagnostics import Diagnostic
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server
    from slo.plan.values import Plan

    Lint = tuple[Callable[[Subject], Iterator[Diagnostic]], str]

__all__ = ["AT_BUILD", "INFOS", "lint", "percent", "warnings"]

AT_BUILD: tuple[Lint, ...] = (
    (windows.low_objectives, "SLO033"),
    (alerts.lowered_tiers, "SLO060"),
    (alerts.left_out, "SLO061"),
    (traffic.tiny_budgets, "SLO064"),
    (structure.same_titles, "SLO093"),
    (windows.high_objectives, "SLO095"),
    (windows.small_slice_budgets, "SLO096"),
    (windows.long_tiers, "SLO097"),
    (windows.rare_samples, "SLO099"),
    (traffic.single_failures, "SLO103"),
    (traffic.late_alerts, "SLO104"),
    (alerts.no_alerts, "SLO106"),
    (alerts.label_of_a_group, "SLO107"),
    (groups.churning_labels, "SLO108"),
    (groups.unbounded_labels, "SLO110"),
    (groups.cost_of_members, "SLO111"),
    (counters.gauges, "SLO112"),
    (expressions.gauges_in_rates, "SLO112"),
    (expressions.sums_before_rate, "SLO114"),
    (expressions.lost_group_labels, "SLO115"),
    (totals.not_of_the_total, "SLO116"),
    (totals.same_queries, "SLO118"),
    (matchers.contradictions, "SLO119"),
    (counters.buckets, "SLO122"),
    (matchers.whole_bounds, "SLO123"),
    (counters.sums, "SLO124"),
    (statuses.client_errors, "SLO125"),
    (statuses.no_errors, "SLO126"),
    (counters.idle_bridges, "SLO128"),
    (servers.unreadable, "SLO076"),
    (servers.native_histograms, "SLO077"),
)
"""Each lint that `slo build` runs, too, and the code of what it finds: errors and warnings, and what groups cost."""

INFOS: tuple[Lint, ...] = (
    (groups.large_rule_groups, "SLO034"),
    (structure.no_owner, "SLO090"),
    (structure.no_title, "SLO091"),
    (structure.no_runbook, "SLO092"),
    (structure.same_slis, "SLO094"),
    (windows.uneven_weeks, "SLO098"),
    (windows.slow_scrapes, "SLO100"),
    (windows.slow_evaluation, "SLO101"),
    (traffic.no_traffic, "SLO102"),
    (alerts.no_tiers, "SLO105"),
    (groups.perhaps_many_members, "SLO109"),
    (counters.unusual_names, "SLO113"),
    (totals.other_metrics, "SLO117"),
    (matchers.empty_values, "SLO120"),
    (matchers.roundabout, "SLO121"),
    (counters.fast_failures, "SLO127"),
)
"""Each lint that only `slo lint` runs."""


def lint(plan: Plan, metrics: Metrics | None = None, server: Server | None = None) -> tuple[Diagnostic, ...]:
    """All findings about a plan; with `metrics` also what they say about it, with `server` what that says.

    Raises:
        ObserveError: metrics or server cannot be read any more.
    """
    subject = Subject(plan, metrics)
    found = _run((*AT_BUILD, *INFOS), subject)
    if metrics is None and server is None:
        return found
    from slo.lint.live import of_metrics, of_server  # noqa: PLC0415 - most runs look at files alone

    seen = () if metrics is None else of_metrics(subject, metrics)
    return (*found, *seen, *(() if server is None else of_server(subject, server)))


def warnings(plan: Plan) -> tuple[Diagnostic, ...]:
    """What `slo build` has to say about a plan."""
    return _run(AT_BUILD, Subject(plan))


def _run(lints: Iterable[Lint], subject: Subject) -> tuple[Diagnostic, ...]:
    return tuple(found for check, _ in lints for found in check(subject))
