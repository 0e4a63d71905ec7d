"""The alert rules of one SLO: budget burn per tier, budget exhausted, no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import DAY, MINUTE
from slo.plan import names, wording
from slo.plan.cascade import TILE
from slo.plan.values import Alert, AlertFacts
from slo.promql import parse_selector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.values import PlannedSlo

ABSENT_AFTER = 10 * MINUTE
"""How long an SLI has to be gone before `NoData` fires, in seconds."""


def facts(slo: Slo, tiers: tuple[Tier, ...]) -> tuple[AlertFacts, ...]:
    """Every alert that the SLO can raise."""
    burn = [AlertFacts(names.alert_name(slo, "BudgetBurn"), t.name, t.severity) for t in tiers]
    other: list[AlertFacts] = []
    if slo.alerts.exhausted != "off":
        other.append(AlertFacts(names.alert_name(slo, "BudgetExhausted"), "exhausted", slo.alerts.exhausted))
    if slo.alerts.no_data != "off":
        other.append(AlertFacts(names.alert_name(slo, "NoData"), "no-data", slo.alerts.no_data))
    if slo.group_by and slo.alerts.no_data_members != "off":
        name = names.alert_name(slo, "MemberNoData")
        other.append(AlertFacts(name, "member-no-data", slo.alerts.no_data_members))
    return (*burn, *other)


def windows(slos: Iterable[Slo]) -> set[int]:
    """Windows that must be recorded for alerts other than the tiers."""
    return {DAY} if any(slo.group_by and slo.alerts.no_data_members != "off" for slo in slos) else set()


def rules(planned: PlannedSlo, scale: Scale) -> list[Alert]:
    """One alert rule for each of the facts, in the same order."""
    tiers = {tier.name: tier for tier in planned.tiers}
    return [_alert(planned, fact, tiers.get(fact.tier), scale) for fact in planned.alerts]


def _alert(planned: PlannedSlo, fact: AlertFacts, tier: Tier | None, scale: Scale) -> Alert:
    if tier:
        expr, pending = _burn(planned, tier, scale), tier.pending
    else:
        expr, pending = _OTHERS[fact.tier](planned), _PENDING.get(fact.tier, 0)
    texts = wording.of(planned, fact, tier, scale)
    return Alert(fact.name, expr, pending // scale.factor, _labels(planned.slo, fact, scale), texts)


def _burn(planned: PlannedSlo, tier: Tier, scale: Scale) -> str:
    """Above the threshold over the long window, its recorded part that is, and still so over the short one."""
    identity = names.identity(planned.slo, planned.shard)
    long, short = names.error_ratio(tier.long), names.error_ratio(tier.short)
    threshold = _threshold(planned, tier)
    covered = names.selector(names.events(tier.long), **identity, kind="covered")
    bad = names.selector(names.events(tier.long), **identity, kind="bad")
    return (
        f"{names.selector(long, **identity)}\n"
        f"  * ignoring (kind) {covered} / {tier.long // scale.factor} > {threshold}\n"
        f"and {names.selector(short, **identity)} > {threshold}\n"
        f"and ignoring (kind) {bad} >= {planned.slo.alerts.min_bad_events}"
    )


def _threshold(planned: PlannedSlo, tier: Tier) -> str:
    """A number, or where members have objectives of their own, each member's own threshold.

    That of a member is lowered like `slo.burnrate` lowers one: never above what a total outage reaches, never below the
    budget itself.
    """
    slo = planned.slo
    if not slo.overrides:
        return f"{tier.threshold.normalize():f}"
    budget = names.selector(names.BUDGET, **names.identity(slo, planned.shard))
    wanted = f"{tier.wanted.normalize():f} * {budget}"
    reach = f"{float(tier.reach):g}"
    if all(tier.wanted * share <= tier.reach for share in (slo.budget, *(part.budget for part in slo.overrides))):
        return f"({wanted})"
    return f"(clamp_max({wanted}, {reach}) > {budget} or {budget})"


def _exhausted(planned: PlannedSlo) -> str:
    """Nothing left, and not because of a single failure among next to no events."""
    identity = names.identity(planned.slo, planned.shard)
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
    slo = planned.slo
    recorded = names.selector(names.events(TILE), **names.identity(slo, planned.shard), kind="bad")
    quiet = [f"({parse_selector(slo.alerts.target)} == 1)"] if slo.alerts.target else []
    quiet += [f"({slo.excluded})"] if slo.excluded else []
    gone = f"vector(1) unless on () {recorded}"
    return " unless on () ".join([f"({gone})", *quiet]) if quiet else gone


def _member_no_data(planned: PlannedSlo) -> str:
    """A member that had events within a day is not recorded any more, although others are."""
    slo = planned.slo
    identity = names.identity(slo, planned.shard)
    known = names.selector(names.events(DAY), **identity, kind="total")
    recorded = names.selector(names.events(TILE), **identity, kind="bad")
    gone = f"sum{names.by(slo)}({known}) > 0 unless on ({', '.join(slo.group_by)}) {recorded}"
    return f"({gone})\nand on () {recorded}" + (f"\nunless on () ({slo.excluded})" if slo.excluded else "")


_OTHERS: dict[str, Callable[[PlannedSlo], str]] = {
    "exhausted": _exhausted,
    "no-data": _no_data,
    "member-no-data": _member_no_data,
}
_PENDING = {"no-data": ABSENT_AFTER, "member-no-data": ABSENT_AFTER}


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
