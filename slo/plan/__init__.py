"""Plan recording and alerting rules for objectives, in no file format."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo import burnrate
from slo.model import DEFAULTS
from slo.plan import base, budget, layouts, maintenance, names
from slo.plan.rules import SHARD, Group, Plan, PlannedSlo, ShardRecords, ShardTemplates
from slo.plan.windows import backfill, rollup, subwindows
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.model import Options, Scale, Slo, SloSet


def plan(slo_set: SloSet, scale: Scale, options: Options = DEFAULTS) -> Plan:
    """Return the plan of a set: for each shard a rule group, and one that backfills missed evaluations."""
    left_out = tuple(slo for slo in slo_set.slos if scale.factor != 1 and (slo.excluded or not slo.sli.scales))
    chosen = [slo for slo in slo_set.slos if slo not in left_out]
    layouts.check(chosen, options)
    slos = maintenance.recorded([_planned(slo, slo_set, options) for slo in chosen], scale)
    shards = sorted({p.shard for p in slos})
    planned = Plan(slo_set, scale, options, slos, (), left_out)
    groups = [group for shard in shards for group in _groups(shard, [p for p in slos if p.shard == shard], planned)]
    return replace(planned, groups=tuple(groups))


def _planned(slo: Slo, slo_set: SloSet, options: Options) -> PlannedSlo:
    tiers = burnrate.tiers(slo)
    shard = names.shard_of(slo_set.name, slo_set.shards, slo)
    return PlannedSlo(slo, shard, tiers, layouts.facts(slo, tiers, options))


def _groups(shard: str, members: list[PlannedSlo], about: Plan) -> Iterator[Group]:
    """Yield the rules of a shard, and those for missed evaluations, evaluated once per subwindow.

    All windows in use are recorded for all SLOs, so that changing one SLO's window changes nothing of another.
    """
    scale, used = about.scale, layouts.windows(members, about.options)
    windows = subwindows.with_sources(used)
    yield _group(shard, members, about, (used, windows))
    if (late := _backfills(tuple(windows), scale)).each:
        yield Group(f"slo-{shard}-late", SUBWINDOW // scale.factor, (ShardRecords(late, shard),), shard)


@lru_cache(maxsize=256)
def _backfills(windows: tuple[int, ...], scale: Scale) -> ShardTemplates:
    return ShardTemplates(tuple(rollup.backfills(SHARD, list(windows), scale)))


@lru_cache(maxsize=256)  # a folder of specifications has a shard for each of them, and most use the same windows
def _rollups(windows: tuple[int, ...], with_ratio: frozenset[int], scale: Scale) -> ShardTemplates:
    """Return coverage, windows and error ratios, which are the same in each shard but for its name."""
    return ShardTemplates(
        (
            base.covered(SHARD, scale),
            backfill.evaluated(SHARD),
            *rollup.records(SHARD, list(windows), scale.factor),
            *rollup.ratios(SHARD, [SUBWINDOW, *(w for w in windows if w in with_ratio)]),
        )
    )


def _group(shard: str, members: list[PlannedSlo], about: Plan, windows: tuple[set[int], list[int]]) -> Group:
    """Return the base, then windows and error ratios once for all SLOs, then budgets and alerts.

    Args:
        shard: its name.
        members: its SLOs.
        about: the set and how it is built.
        windows: those with an error ratio, and all recorded ones.
    """
    slos, scale, options = [p.slo for p in members], about.scale, about.options
    used, counts = windows
    counted, info = layouts.base_and_info(shard, slos, scale, options)
    return Group(
        f"slo-{shard}",
        scale.interval,
        (
            *maintenance.records(members, scale),
            *counted,
            ShardRecords(_rollups(tuple(counts), frozenset(used), scale), shard),
            *info,
            budget.allowed(shard, slos),
            *budget.left(shard, slos, scale),
            *(rule for slo in slos for rule in budget.group_totals(slo, shard, scale)),
            *layouts.records(shard, slos, options),
            *layouts.rules(members, scale, options, shards=about.set.shards),
        ),
        shard,
    )
