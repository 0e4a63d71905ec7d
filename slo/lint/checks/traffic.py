"""Checks of traffic: budgets and alerts with few events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, some
from slo.lint.registry import BUILD, LINT, check
from slo.percent import percent
from slo.promql import duration
from slo.traffic import errors_to_fire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding


@check("SLO064", BUILD)
def tiny_budgets(context: LintContext) -> Iterator[Finding]:
    """Report budgets of less than one event."""
    for slo in context.slos:
        if slo.traffic is not None and (allowed := slo.traffic * slo.window * slo.budget) < 1:
            message = f"error budget of {allowed:.2g} bad events in {duration(slo.window)}: the first one exhausts it"
            place = slo.place.at("traffic", "per_second")
            yield finding(place, message, "lower the objective or lengthen the window")


@check("SLO102", LINT)
def no_traffic(context: LintContext) -> Iterator[Finding]:
    """Report SLOs without `traffic`, once for each file."""
    for file, slos in context.by_file.items():
        unknown = [slo.name for slo in slos if slo.traffic is None and slo.sli.unit == "events"]
        if unknown:
            message = f"unknown traffic of {some(unknown)}: alerts at low traffic are not checked"
            hint = "write traffic: {per_second: 0.5}, the rate of the quietest hour"
            yield finding(Place(file).key("slos"), message, hint)


@check("SLO103", BUILD)
def single_failures(context: LintContext) -> Iterator[Finding]:
    """Report tiers that one bad event trips."""
    for planned in context.planned:
        slo = planned.slo
        if slo.traffic is None or slo.alerts.min_bad_events > 1:
            continue
        for tier in planned.tiers:
            if errors_to_fire(tier, slo.traffic, 1) == 1:
                message = (
                    f"a single bad event trips tier {tier.name}: it is more than {percent(tier.threshold)} of the "
                    f"{float(slo.traffic * tier.long):.3g} events of {duration(tier.long)}"
                )
                place = slo.place.at("alerts", "min_bad_events")
                yield finding(place, message, "raise min_bad_events, or remove it: it then follows from traffic")


@check("SLO104", BUILD)
def late_alerts(context: LintContext) -> Iterator[Finding]:
    """Report alerts that need more bad events than the budget has."""
    for planned in context.planned:
        slo = planned.slo
        if slo.traffic is None or not planned.tiers:
            continue
        allowed = slo.traffic * slo.window * slo.budget
        if 1 <= allowed < slo.alerts.min_bad_events:
            message = (
                f"alerts need {slo.alerts.min_bad_events} bad events, the budget of {duration(slo.window)} has "
                f"{float(allowed):.3g}: it is spent before any tier fires"
            )
            yield finding(slo.place.at("alerts", "min_bad_events"), message, "lower min_bad_events")
