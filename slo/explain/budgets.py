"""The facts about error budgets: of the SLO, and of members of its group with another objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import tiers
from slo.explain.facts import Budget, MemberFacts, Spending
from slo.explain.tiers import RATIOS, per_second
from slo.plan.members import classes

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import Slo
    from slo.plan.members import MemberClass


def budget(slo: Slo) -> Budget:
    """Return the budget of the window."""
    often = per_second(slo)
    everything = None if often is None else often * slo.window
    lasts = tuple(Spending(ratio, _lasts(slo, ratio)) for ratio in RATIOS)
    return Budget(slo.budget, None if everything is None else everything * slo.budget, everything, lasts)


def _lasts(slo: Slo, ratio: Decimal) -> float | None:
    """Return the seconds until the budget is spent; None at a ratio that never spends it."""
    return float(slo.window * slo.budget / ratio) if ratio > slo.budget else None


def members(slo: Slo) -> tuple[MemberFacts, ...]:
    """Return the objectives within a group, in order of precedence."""
    return tuple(_member(slo, part) for part in classes(slo)) if slo.group_by else ()


def _member(slo: Slo, part: MemberClass) -> MemberFacts:
    fraction, often = 1 - part.objective, per_second(slo)
    return MemberFacts(
        match=dict(part.match),
        objective=part.objective,
        budget=fraction,
        outage_seconds=float(slo.window * fraction),
        events=None if often is None else often * slo.window * fraction,
        thresholds={tier.name: tier.threshold.normalize() for tier in tiers(slo, fraction)},
    )
