"""The facts about an SLO's alerts: names, receivers and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.explain.facts import AlertRoute
from slo.explain.units import days, percent
from slo.plan.alerting.alerts import ABSENT_AFTER, RECOVERED
from slo.promql import duration
from slo.resolve.alerts import derived_bad_events
from slo.traffic import LEAST

if TYPE_CHECKING:
    from slo.model import Slo
    from slo.plan.rules import AlertFacts, PlannedSlo


def routes(planned: PlannedSlo) -> tuple[AlertRoute, ...]:
    """Return every alert of the SLO, in the order of the rules."""
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
        above = f"over {duration(tier.long)} and over {duration(tier.short)}"
        pending = f", for {duration(tier.pending)}" if tier.pending else ""
        limit = percent(tier.threshold)
        if slo.sli.unit == "ratio-slices":
            return f"the mean of the slices' ratios is above {limit} {above}{pending}"
        return f"more than {limit} of the {slo.sli.unit} are bad {above}{pending}"
    return {"exhausted": _exhausted, "no-data": _no_data, "member-no-data": _member_no_data}[fact.tier](slo)


def _exhausted(slo: Slo) -> str:
    return (
        f"the budget of {days(slo.window)} is spent, with at least {slo.alerts.min_bad_events} bad {slo.sli.unit}; "
        f"resolves at {percent(RECOVERED)} budget remaining"
    )


def _no_data(slo: Slo) -> str:
    long = duration(ABSENT_AFTER)
    except_ = "; not in maintenance" if slo.excluded else ""
    resolves = f"; resolves {long} after the next record"
    if slo.alerts.target is None:
        return f"no record for {long}; an existing series without traffic does not fire it{except_}{resolves}"
    return f"no record for {long} while {slo.alerts.target} is 0 or missing{except_}{resolves}"


def _member_no_data(slo: Slo) -> str:
    except_ = "; not in maintenance" if slo.excluded else ""
    return (
        f"no record for {duration(ABSENT_AFTER)} of a member with {slo.sli.unit} within the last day, while other "
        f"members have records{except_}"
    )


def least_from(slo: Slo) -> str:
    """Return the origin of `min_bad_events`."""
    least = slo.alerts.min_bad_events
    if slo.sli.unit == "events" and slo.traffic is not None and least == derived_bad_events(slo, slo.traffic):
        rarely = "pages" if slo.alerts.page == "on" else "raises an alert"
        return f"derived from the traffic, so that chance alone rarely {rarely}"
    return "default" if least == LEAST else "set in the specification"
