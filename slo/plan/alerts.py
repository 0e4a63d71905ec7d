"""The alert rules of one SLO: budget burn per tier, budget exhausted, no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import MINUTE
from slo.plan import names, wording
from slo.plan.cascade import TILE
from slo.plan.values import Alert, AlertFacts
from slo.promql import parse_selector

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.values import PlannedSlo

ABSENT_AFTER = 10 * MINUTE
"""How long an SLI has to be gone before `NoData` fires, in seconds."""


def facts(slo: Slo, tiers: tuple[Tier, ...]) -> tuple[AlertFacts, ...]:
    """Every alert that the SLO can raise."""
    burn = [AlertFacts(names.alert_name(slo, "BudgetBurn"), t.name, t.severity) for t in tiers]
    spent: list[AlertFacts] = []
    if slo.alerts.exhausted != "off":
        spent.append(AlertFacts(names.alert_name(slo, "BudgetExhausted"), "exhausted", slo.alerts.exhausted))
    if slo.alerts.no_data != "off":
        spent.append(AlertFacts(names.alert_name(slo, "NoData"), "no-data", slo.alerts.no_data))
    return (*burn, *spent)


def rules(planned: PlannedSlo, scale: Scale) -> list[Alert]:
    """One alert rule for each of the facts, in the same order."""
    tiers = {tier.name: tier for tier in planned.tiers}
    return [_alert(planned, fact, tiers.get(fact.tier), scale) for fact in planned.alerts]


def _alert(planned: PlannedSlo, fact: AlertFacts, tier: Tier | None, scale: Scale) -> Alert:
    slo = planned.slo
    if tier:
        expr, pending = _burn(planned, tier, scale), tier.pending // scale.factor
    elif fact.tier == "exhausted":
        expr, pending = _exhausted(planned), 0
    else:
        expr, pending = _no_data(planned), ABSENT_AFTER // scale.factor
    texts = wording.of(planned, fact, tier, scale)
    return Alert(fact.name, expr, pending, _labels(slo, fact, scale), texts)


def _identity(planned: PlannedSlo) -> dict[str, str]:
    return {"shard": planned.shard, "service": planned.slo.service, "slo": planned.slo.name}


def _burn(planned: PlannedSlo, tier: Tier, scale: Scale) -> str:
    """Above the threshold over the long window, its recorded part that is, and still so over the short one."""
    identity = _identity(planned)
    long, short = names.error_ratio(tier.long), names.error_ratio(tier.short)
    threshold = f"{tier.threshold.normalize():f}"
    covered = names.selector(names.events(tier.long), **identity, kind="covered")
    bad = names.selector(names.events(tier.long), **identity, kind="bad")
    return (
        f"{names.selector(long, **identity)}\n"
        f"  * ignoring (kind) {covered} / {tier.long // scale.factor} > {threshold}\n"
        f"and {names.selector(short, **identity)} > {threshold}\n"
        f"and ignoring (kind) {bad} >= {planned.slo.alerts.min_bad_events}"
    )


def _exhausted(planned: PlannedSlo) -> str:
    """Nothing left, and not because of a single failure among next to no events."""
    identity = _identity(planned)
    bad = names.selector(names.events(planned.slo.window), **identity, kind="bad")
    return (
        f"{names.selector(names.REMAINING, **identity)} <= 0\n"
        f"and ignoring (kind) {bad} >= {planned.slo.alerts.min_bad_events}"
    )


def _no_data(planned: PlannedSlo) -> str:
    """Idle is not absent: a counter that stands still records 0. `bad` exists only where the SLI can be measured.

    With a target, silence while the target is up means that its series are not created yet. The selector is spelled
    anew: a comment behind it would take the rest of the expression with it.
    """
    target = planned.slo.alerts.target
    recorded = names.selector(names.events(TILE), **_identity(planned), kind="bad")
    gone = f"vector(1) unless on () {recorded}"
    return f"({gone}) unless on () ({parse_selector(target)} == 1)" if target else gone


def _labels(slo: Slo, fact: AlertFacts, scale: Scale) -> Labels:
    """The alert's identity. `shard` is taken off: moving an SLO to another shard must not raise its alerts anew."""
    own = {
        "service": slo.service,
        "slo": slo.name,
        "team": wording.literal(slo.team),
        "tier": fact.tier,
        "severity": fact.severity,
        "time_scale": str(scale.factor) if scale.factor != 1 else "",
    }
    extra = {k: wording.literal(v) for k, v in (*slo.labels, *slo.alerts.labels)}
    return (*((k, v) for k, v in (own | extra).items() if v), ("shard", ""))
