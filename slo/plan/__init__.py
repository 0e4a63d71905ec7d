"""Plan: objectives in, recording and alerting rules out. Knows no file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo import burnrate
from slo.model import DEFAULTS
from slo.plan import alerts, base, budget, cascade, maintenance, names
from slo.plan.values import Group, Plan, PlannedSlo

if TYPE_CHECKING:
    from slo.model import Options, Scale, Slo, SloSet


def plan(slo_set: SloSet, scale: Scale, options: Options = DEFAULTS) -> Plan:
    """Everything that follows from a set of objectives: one rule group per shard."""
    left_out = tuple(slo for slo in slo_set.slos if scale.factor != 1 and (slo.excluded or not slo.sli.scales))
    slos = maintenance.recorded([_planned(slo, slo_set) for slo in slo_set.slos if slo not in left_out], scale)
    shards = sorted({p.shard for p in slos})
    groups = tuple(_group(shard, [p for p in slos if p.shard == shard], scale) for shard in shards)
    return Plan(slo_set, scale, options, slos, groups, left_out)


def _planned(slo: Slo, slo_set: SloSet) -> PlannedSlo:
    tiers = burnrate.tiers(slo)
    shard = names.shard_of(slo_set.name, slo_set.shards, slo)
    return PlannedSlo(slo, shard, tiers, alerts.facts(slo, tiers))


def _group(shard: str, members: list[PlannedSlo], scale: Scale) -> Group:
    """Base per SLO, then the cascade and the ratios once for all, then budgets and alerts per SLO.

    The cascade records the union of the windows in use, so that changing one SLO's window moves nothing of another.
    """
    slos = [p.slo for p in members]
    alerting = {w for p in members for t in p.tiers for w in (t.long, t.short)}
    used = alerting | {slo.window for slo in slos} | alerts.windows(slos)
    windows = cascade.with_sources(used)
    return Group(
        f"slo-{shard}",
        scale.interval,
        (
            *maintenance.records(members, scale),
            *(rule for slo in slos for rule in base.records(slo, shard, scale)),
            base.covered(shard, scale),
            *cascade.records(shard, windows, scale.factor),
            *cascade.ratios(shard, [cascade.TILE, *(w for w in windows if w in used)]),
            *(rule for slo in slos for rule in budget.info(slo, shard, scale)),
            budget.allowed(shard, slos),
            *budget.left(shard, slos, scale),
            *(rule for slo in slos for rule in budget.rollups(slo, shard, scale)),
            *(rule for p in members for rule in alerts.rules(p, scale)),
        ),
    )
