"""Plan: objectives in, recording and alerting rules out. Knows no file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo import burnrate
from slo.model import DEFAULTS
from slo.plan import base, budget, cascade, layouts, maintenance, names
from slo.plan.values import Group, Plan, PlannedSlo

if TYPE_CHECKING:
    from slo.model import Options, Scale, Slo, SloSet


def plan(slo_set: SloSet, scale: Scale, options: Options = DEFAULTS) -> Plan:
    """Everything that follows from a set of objectives: one rule group per shard."""
    left_out = tuple(slo for slo in slo_set.slos if scale.factor != 1 and (slo.excluded or not slo.sli.scales))
    chosen = [slo for slo in slo_set.slos if slo not in left_out]
    layouts.check(chosen, options)
    slos = maintenance.recorded([_planned(slo, slo_set, options) for slo in chosen], scale)
    shards = sorted({p.shard for p in slos})
    planned = Plan(slo_set, scale, options, slos, (), left_out)
    groups = tuple(_group(shard, [p for p in slos if p.shard == shard], planned) for shard in shards)
    return replace(planned, groups=groups)


def _planned(slo: Slo, slo_set: SloSet, options: Options) -> PlannedSlo:
    tiers = burnrate.tiers(slo)
    shard = names.shard_of(slo_set.name, slo_set.shards, slo)
    return PlannedSlo(slo, shard, tiers, layouts.facts(slo, tiers, options))


def _group(shard: str, members: list[PlannedSlo], about: Plan) -> Group:
    """The base, then the cascade and the ratios once for all, then budgets and alerts.

    The cascade records the union of the windows in use, so that changing one SLO's window moves nothing of another.
    """
    slos, scale, options = [p.slo for p in members], about.scale, about.options
    used = layouts.windows(members, options)
    counted, info = layouts.base_and_info(shard, slos, scale, options)
    windows = cascade.with_sources(used)
    return Group(
        f"slo-{shard}",
        scale.interval,
        (
            *maintenance.records(members, scale),
            cascade.evaluated(shard),
            *counted,
            base.covered(shard, scale),
            *cascade.records(shard, windows, scale.factor),
            *cascade.ratios(shard, [cascade.TILE, *(w for w in windows if w in used)]),
            *info,
            budget.allowed(shard, slos),
            *budget.left(shard, slos, scale),
            *(rule for slo in slos for rule in budget.rollups(slo, shard, scale)),
            *layouts.records(shard, slos, options),
            *layouts.rules(members, scale, options, shards=about.set.shards),
        ),
    )
