"""The lints for what not every specification has: expressions, groups, traffic, unusual bad events, dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import (
    alerts,
    causes,
    comparisons,
    counters,
    expressions,
    fallbacks,
    groups,
    joins,
    moments,
    scaling,
    servers,
    shares,
    statuses,
    totals,
    traffic,
    unions,
)

if TYPE_CHECKING:
    from slo.lint.subject import Lint

SPECIAL: tuple[Lint, ...] = (
    (traffic.tiny_budgets, "SLO064"),
    (servers.native_histograms, "SLO077"),
    (traffic.single_failures, "SLO103"),
    (traffic.late_alerts, "SLO104"),
    (alerts.label_of_a_group, "SLO107"),
    (groups.churning_labels, "SLO108"),
    (groups.unbounded_labels, "SLO110"),
    (groups.cost_of_members, "SLO111"),
    (expressions.gauges_in_rates, "SLO112"),
    (expressions.sums_before_rate, "SLO114"),
    (expressions.lost_group_labels, "SLO115"),
    (totals.not_of_the_total, "SLO116"),
    (totals.same_queries, "SLO118"),
    (statuses.client_errors, "SLO125"),
    (statuses.no_errors, "SLO126"),
    (counters.idle_bridges, "SLO128"),
    (comparisons.filters, "SLO153"),
    (fallbacks.hidden_no_data, "SLO154"),
    (fallbacks.members_without_labels, "SLO156"),
    (shares.shares_of_events, "SLO157"),
    (shares.means_of_events, "SLO158"),
    (scaling.percent_of_ratios, "SLO159"),
    (scaling.one_sided_factors, "SLO160"),
    (unions.several_metrics, "SLO161"),
    (unions.alternatives, "SLO162"),
    (moments.fixed_moments, "SLO163"),
    (moments.one_sided_offsets, "SLO164"),
    (joins.lost_operands, "SLO165"),
    (causes.without_alertmanager, "SLO169"),
    (causes.without_page, "SLO170"),
)
"""Each lint and the code of what it finds."""
