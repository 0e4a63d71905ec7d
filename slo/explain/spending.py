"""The facts about error budgets: of the SLO, and of members of its group that have another objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import tiers
from slo.explain.tiers import RATIOS, per_second
from slo.explain.values import Budget, MemberFacts, Spending
from slo.plan.members import classes

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import Slo
    from slo.plan.members import MemberClass


def budget(slo: Slo) -> Budget:
    """What may go wrong in the window."""
    often = per_second(slo)
    everything = None if often is None else often * slo.window
    lasts = tuple(Spending(ratio, _lasts(slo, ratio)) for ratio in RATIOS)
    return Budget(slo.budget, None if everything is None else everything * slo.budget, everything, lasts)


def _lasts(slo: Slo, ratio: Decimal) -> float | None:
    """Seconds until the budget is spent; errors at a ratio that is allowed for ever never spend it."""
    return float(slo.window * slo.budget / ratio) if ratio > slo.budget else None


def members(slo: Slo) -> tuple[MemberFacts, ...]:
    """The objectives within a group, in the order in which they are tried."""
    return tuple(_member(slo, part) for part in classes(slo)) if slo.group_by else ()


def _member(slo: Slo, part: MemberClass) -> MemberFacts:
    share, often = 1 - part.objective, per_second(slo)
    return MemberFacts(
        match=dict(part.match),
        objective=part.objective,
        budget=share,
        outage_seconds=float(slo.window * share),
        events=None if often is None else often * slo.window * share,
        thresholds={tier.name: tier.threshold.normalize() for tier in tiers(slo, share)},
    )
