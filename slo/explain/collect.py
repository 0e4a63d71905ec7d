"""Collects the facts about one SLO from its plan: arithmetic and names; `slo.explain.text` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import switched_off
from slo.explain import alerting, budgets, queries, tiers
from slo.explain.facts import Exclusion, Facts, Incident, Measured, MissingSeries

if TYPE_CHECKING:
    from slo.model import Slo
    from slo.plan.rules import PlannedSlo


def collect(planned: PlannedSlo) -> Facts:
    """Return the facts about a planned SLO."""
    slo = planned.slo
    return Facts(
        service=slo.service,
        slo=slo.name,
        title=slo.title,
        team=slo.team,
        objective=slo.objective,
        window=slo.window,
        policy=slo.alerts.policy,
        measured=_measured(slo),
        budget=budgets.budget(slo),
        tiers=tiers.tier_facts(planned),
        disabled=switched_off(slo),
        page=slo.alerts.page,
        min_bad_events=slo.alerts.min_bad_events,
        min_bad_events_from=alerting.least_from(slo),
        levels=tiers.levels(planned),
        members=budgets.members(slo),
        alerts=alerting.routes(planned),
        incident=_incident(slo),
        series=queries.series(planned),
        queries=queries.queries(planned),
    )


def _incident(slo: Slo) -> Incident:
    return Incident(
        depends_on=tuple(map("/".join, slo.depends_on)),
        causes=tuple(map(str, slo.causes)),
        symptoms=tuple(map("/".join, slo.symptoms)),
    )


def _measured(slo: Slo) -> Measured:
    return Measured(
        unit=slo.sli.unit,
        good=slo.sli.describe(),
        selectors=tuple(str(selector) for selector in slo.sli.selectors()),
        group_by=slo.group_by,
        per_second=tiers.per_second(slo),
        bridge=slo.bridge,
        left_out=tuple(Exclusion(entry.what, entry.reason) for entry in slo.maintenance),
        absent=tuple(MissingSeries(str(selector), text) for selector, text in slo.sli.missing()),
        renamed=dict(slo.renamed),
    )
