"""What a runbook says about other SLOs of the same incident: causes to look at first, and symptoms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit import markdown as md
from slo.plan import names
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from slo.model import Cause
    from slo.plan.rules import PlannedSlo

HEADING = "Look first"
_QUESTION = "This may be a symptom. Burn rates of possible causes; above 1 the budget does not last:"


def look_first(planned: PlannedSlo) -> str:
    """Return the causes of an SLO, each with a query of its burn rate, then their alerts; empty without causes."""
    causes = planned.slo.causes
    if not causes:
        return ""
    rates = [text for cause in causes for text in (md.code(str(cause)), md.query(_burn_rate(cause)))]
    pages = any(tier.severity == "page" for tier in planned.tiers)
    inhibited = "; the target `alertmanager` inhibits their pages while this one pages" if pages else ""
    alerts = " or ".join(_of(cause, "ALERTS", alertstate="firing") for cause in causes)
    return "\n\n".join([_QUESTION, *rates, f"Their firing alerts{inhibited}:", md.query(alerts)])


def symptoms(planned: PlannedSlo) -> str:
    """Return the sentence about the symptoms of an SLO; empty without symptoms."""
    if not planned.slo.symptoms:
        return ""
    listed = ", ".join(md.code("/".join(name)) for name in planned.slo.symptoms)
    pages = any(fact.severity == "page" for fact in planned.alerts)
    inhibited = "; the target `alertmanager` inhibits pages of this SLO while one of them pages" if pages else ""
    return f" Symptoms: {listed}{inhibited}."


def _burn_rate(cause: Cause) -> str:
    return f"{_of(cause, names.error_ratio(SUBWINDOW))} / {_of(cause, names.BUDGET)}"


def _of(cause: Cause, name: str, **labels: str) -> str:
    return names.selector(name, service=cause.service, slo=cause.name, **labels)
