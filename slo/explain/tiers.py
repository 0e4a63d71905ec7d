"""The facts about alert tiers: thresholds, and how many errors for how long exceed them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from slo import traffic
from slo.burnrate import rules
from slo.explain.facts import AtTraffic, Detection, Level, TierFacts
from slo.explain.units import exact, number, percent
from slo.promql import duration
from slo.resolve.alerts import derived_bad_events

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import Slo, TierRule
    from slo.plan.rules import PlannedSlo

RATIOS = (Decimal(1), Decimal("0.1"), Decimal("0.02"), Decimal("0.01"))
"""Error ratios of the printed times."""

_MULTIPLES = (Decimal("0.5"), Decimal(1), Decimal(2), Decimal(10))
_SLICE = 60


def per_second(slo: Slo) -> Decimal | None:
    """Return the expected events per second; slices come once a minute."""
    return slo.traffic if slo.sli.unit == "events" else 1 / Decimal(_SLICE)


def tier_facts(planned: PlannedSlo) -> tuple[TierFacts, ...]:
    """Return all tiers of an SLO."""
    return tuple(_facts(planned.slo, tier, rule) for tier, rule in zip(planned.tiers, rules(planned.slo), strict=True))


def _facts(slo: Slo, tier: Tier, rule: TierRule) -> TierFacts:
    return TierFacts(
        name=tier.name,
        severity=tier.severity,
        burn_rate=tier.burn,
        threshold=tier.threshold.normalize(),
        budget_spent=float(tier.budget),
        long=tier.long,
        short=tier.short,
        pending=tier.pending,
        sum=_sum(slo, tier, rule),
        changed=_changed(slo, tier),
        errors=_errors(slo, tier),
        detection=tuple(Detection(ratio, _seconds(slo, tier, float(ratio))) for ratio in RATIOS),
        resets_after=tier.short,
        harmless_from=traffic.harmless_from(tier),
    )


def _sum(slo: Slo, tier: Tier, rule: TierRule) -> str:
    """Return a sum: `0.02 x 30d / 1h x 0.001 = 0.02 x 720 x 0.001 = 14.4 x 0.001 = 0.0144`."""
    budget, spent, times = f"{slo.budget:f}", exact(rule.budget), Fraction(slo.window, tier.long)
    rounded = "" if rule.budget * times == Fraction(tier.wanted) else " (rounded down)"
    steps = (
        f"{spent} x {duration(slo.window)} / {duration(tier.long)} x {budget}",
        f"{spent} x {exact(times)} x {budget}",
        f"{tier.wanted:f}{rounded} x {budget}",
        f"{(tier.wanted * slo.budget).normalize():f}",
    )
    return " = ".join(steps)


def _changed(slo: Slo, tier: Tier) -> str:
    """Return why the tier does not have the burn rate of its policy, or nothing."""
    now = f"{tier.burn:f} x {slo.budget:f} = {tier.threshold.normalize():f}"
    if tier.burn > tier.wanted:
        return f"raised to {now}: a slower burn never spends the budget"
    if not tier.lowered:
        return ""
    fastest = f"1 / {slo.budget:f} = {number(1 / slo.budget)}"
    why = f"a total outage burns at {fastest}, and {percent(tier.reach)} bad {slo.sli.unit} must fire this tier"
    if tier.burn == 1:
        why = f"{percent(tier.reach)} bad {slo.sli.unit} should fire this tier, but the objective allows them"
    return f"lowered to {now}: {why}; it fires with {percent(tier.budget)} of the budget spent"


def _errors(slo: Slo, tier: Tier) -> float | None:
    """Return the bad events that make the tier fire: ratios of slices add up to any number, others to whole ones."""
    often, least = per_second(slo), slo.alerts.min_bad_events
    if often is None:
        return None
    if slo.sli.unit == "ratio-slices":
        return max(float(least), float(tier.threshold) * tier.long / _SLICE)
    return traffic.errors_to_fire(tier, often, least)


def _seconds(slo: Slo, tier: Tier, ratio: float) -> float | None:
    least = slo.alerts.min_bad_events
    if slo.sli.unit != "ratio-slices":
        return traffic.seconds_to_fire(tier, per_second(slo), least, ratio)
    seconds, enough = tier.detection_seconds(ratio), least * _SLICE / ratio
    return None if seconds is None or enough > tier.long else max(seconds, enough) + tier.pending


def levels(planned: PlannedSlo) -> tuple[Level, ...]:
    """Return the tiers at multiples of the expected traffic, on which slices do not depend."""
    slo = planned.slo
    if slo.traffic is None or slo.sli.unit != "events":
        return ()
    return tuple(_level(planned, slo.traffic, multiple) for multiple in _MULTIPLES)


def _level(planned: PlannedSlo, expected: Decimal, multiple: Decimal) -> Level:
    slo, often = planned.slo, expected * multiple
    derived = derived_bad_events(slo, expected) == slo.alerts.min_bad_events
    least = derived_bad_events(slo, often) if derived else slo.alerts.min_bad_events
    rows = tuple(
        AtTraffic(
            tier.name,
            traffic.errors_to_fire(tier, often, least),
            traffic.seconds_to_fire(tier, often, least, 1.0),
            traffic.chance(tier, slo.budget, often, least),
        )
        for tier in planned.tiers
    )
    return Level(multiple, often, often * slo.window * slo.budget, least, rows)
