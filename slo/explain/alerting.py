"""The facts about an SLO's alerts: their names, who gets them, and what raises those that are no tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.explain.units import days, share
from slo.explain.values import AlertRoute
from slo.plan.alerting.alerts import ABSENT_AFTER, RECOVERED
from slo.promql import duration
from slo.resolve.alerts import derived_bad_events
from slo.traffic import LEAST

if TYPE_CHECKING:
    from slo.model import Slo
    from slo.plan.rules import AlertFacts, PlannedSlo


def routes(planned: PlannedSlo) -> tuple[AlertRoute, ...]:
    """Every alert that the SLO can raise, in the order of the rules."""
    slo, team = planned.slo, planned.slo.team
    return tuple(
        AlertRoute(
            name=fact.name,
            tier=fact.tier,
            severity=fact.severity,
            receivers=(f"{team}-{fact.severity}", team, fact.severity) if team else (fact.severity,),
            fires=_fires(planned, fact, slo),
        )
        for fact in planned.alerts
    )


def _fires(planned: PlannedSlo, fact: AlertFacts, slo: Slo) -> str:
    tier = next((tier for tier in planned.tiers if tier.name == fact.tier), None)
    if tier:
        above = f"in {duration(tier.long)}, and still in {duration(tier.short)}"
        lasting = f", for {duration(tier.pending)}" if tier.pending else ""
        limit = share(tier.threshold)
        if slo.sli.unit == "ratio-slices":
            return f"the mean of the slices' ratios is above {limit} {above}{lasting}"
        return f"more than {limit} of the {slo.sli.unit} are bad {above}{lasting}"
    return {"exhausted": _exhausted, "no-data": _no_data, "member-no-data": _member_no_data}[fact.tier](slo)


def _exhausted(slo: Slo) -> str:
    return (
        f"nothing is left of the budget of {days(slo.window)}, and at least {slo.alerts.min_bad_events} were bad; "
        f"ends when {share(RECOVERED)} is left again"
    )


def _no_data(slo: Slo) -> str:
    long = duration(ABSENT_AFTER)
    quiet = "; not in maintenance" if slo.excluded else ""
    ends = f"; ends {long} after the next record"
    if slo.alerts.target is None:
        return f"nothing was recorded for {long}; no traffic on a series that exists is no reason{quiet}{ends}"
    return (
        f"nothing was recorded for {long} and {slo.alerts.target} is not 1 (0, or gone); quiet while it is 1, since "
        f"then the series of the SLI are merely not created yet{quiet}{ends}"
    )


def _member_no_data(slo: Slo) -> str:
    quiet = "; not in maintenance" if slo.excluded else ""
    return (
        f"a member that had {slo.sli.unit} within a day was not recorded for {duration(ABSENT_AFTER)}, although others "
        f"were{quiet}"
    )


def least_from(slo: Slo) -> str:
    """Where `min_bad_events` comes from."""
    least = slo.alerts.min_bad_events
    if slo.sli.unit == "events" and slo.traffic is not None and least == derived_bad_events(slo, slo.traffic):
        rarely = "pages" if slo.alerts.page == "on" else "raises an alert"
        return f"derived from the traffic, so that chance alone hardly {rarely}"
    return "the default" if least == LEAST else "given in the specification"
