"""The lints that look at every specification, at build time, too: errors and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import alerts, counters, matchers, servers, structure, windows

if TYPE_CHECKING:
    from slo.lint.subject import Lint

USUAL: tuple[Lint, ...] = (
    (windows.low_objectives, "SLO033"),
    (alerts.lowered_tiers, "SLO060"),
    (alerts.left_out, "SLO061"),
    (alerts.beside_sloth, "SLO079"),
    (servers.unreadable, "SLO076"),
    (structure.same_titles, "SLO093"),
    (windows.high_objectives, "SLO095"),
    (windows.small_slice_budgets, "SLO096"),
    (windows.long_tiers, "SLO097"),
    (windows.rare_samples, "SLO099"),
    (alerts.no_alerts, "SLO106"),
    (counters.gauges, "SLO112"),
    (matchers.contradictions, "SLO119"),
    (counters.buckets, "SLO122"),
    (matchers.whole_bounds, "SLO123"),
    (counters.sums, "SLO124"),
)
"""Each lint and the code of what it finds."""
