"""Checks of alerts: lowered tiers, missing tiers, SLOs without any alert."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, some
from slo.lint.registry import BUILD, LINT, check
from slo.percent import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding


@check("SLO060", BUILD)
def lowered_tiers(context: LintContext) -> Iterator[Finding]:
    """Report tiers with a lower burn rate than in their policy, which a total outage would not reach."""
    for planned in context.planned:
        for tier in planned.tiers:
            if tier.lowered:
                spent, fastest = percent(tier.budget), _plain(1 / planned.slo.budget)
                message = (
                    f"tier {tier.name} fires from burn rate {tier.burn:f}, with {spent} of the budget spent: "
                    f"at an objective of {percent(planned.slo.objective)} no outage burns faster than {fastest}"
                )
                yield finding(planned.slo.place.at("objective"), message)


def _plain(number: Decimal) -> str:
    """Return four significant digits without an exponent: 10, 100, 1.01."""
    return f"{Decimal(f'{number:.4g}').normalize():f}"


@check("SLO105", LINT)
def no_tiers(context: LintContext) -> Iterator[Finding]:
    """Report SLOs whose tiers are all disabled, while other alerts are left."""
    for planned in context.planned:
        if not planned.tiers and planned.alerts:
            left = some([fact.tier for fact in planned.alerts])
            key = "disable" if planned.slo.alerts.page == "on" else "page"
            message = f"every tier is disabled: no burn-rate alert remains; other alerts: {left}"
            yield finding(planned.slo.place.at("alerts", key), message)


@check("SLO106", BUILD)
def no_alerts(context: LintContext) -> Iterator[Finding]:
    """Report SLOs without any alert."""
    for planned in context.planned:
        if not planned.alerts:
            message = "no alerts: tiers, exhausted and no_data are off"
            hint = "keep a tier; if the SLO is only for reports, add # slo: ignore SLO106 REASON"
            yield finding(planned.slo.place.at("alerts"), message, hint)


@check("SLO061", BUILD)
def left_out(context: LintContext) -> Iterator[Finding]:
    """Report SLOs that cannot be measured in scaled time."""
    factor = context.plan.scale.factor
    for slo in context.plan.left_out:
        why = "maintenance follows the real clock" if slo.sli.scales else "its slices are real minutes"
        message = f"{slo.service}/{slo.name} is left out at time scale {factor}: {why}"
        yield finding(slo.place.at("name"), message)


@check("SLO079", BUILD)
def series_of_sloth(context: LintContext) -> Iterator[Finding]:
    """Report that rules with the names of Sloth duplicate those of Sloth itself."""
    if context.plan.options.compat == "sloth" and context.planned:
        message = "duplicate series and alerts if Sloth's own rules for these SLOs are loaded"
        hint = "remove Sloth's rules when you load these"
        yield finding(Place(context.planned[0].slo.place.file), message, hint)
