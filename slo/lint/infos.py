"""The lints that only `slo lint` runs: what is worth knowing, but no warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import (
    alerts,
    causes,
    counters,
    fallbacks,
    groups,
    maintenance,
    matchers,
    structure,
    totals,
    traffic,
    windows,
)

if TYPE_CHECKING:
    from slo.lint.subject import Lint

INFOS: tuple[Lint, ...] = (
    (groups.large_rule_groups, "SLO034"),
    (maintenance.calendars_that_end, "SLO074"),
    (structure.no_owner, "SLO090"),
    (structure.no_title, "SLO091"),
    (structure.no_runbook, "SLO092"),
    (structure.templates, "SLO145"),
    (structure.same_slis, "SLO094"),
    (windows.uneven_weeks, "SLO098"),
    (windows.slow_scrapes, "SLO100"),
    (windows.slow_evaluation, "SLO101"),
    (traffic.no_traffic, "SLO102"),
    (alerts.no_tiers, "SLO105"),
    (alerts.quoted_labels, "SLO149"),
    (groups.perhaps_many_members, "SLO109"),
    (counters.unusual_names, "SLO113"),
    (totals.other_metrics, "SLO117"),
    (matchers.empty_values, "SLO120"),
    (matchers.roundabout, "SLO121"),
    (counters.fast_failures, "SLO127"),
    (fallbacks.idle_fallbacks, "SLO155"),
    (causes.of_other_builds, "SLO171"),
)
"""Each lint and the code of what it finds."""
