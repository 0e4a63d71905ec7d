"""The recorded series of an SLO, and queries to paste."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.explain.facts import Query
from slo.plan import names
from slo.promql import duration

if TYPE_CHECKING:
    from slo.model import Slo
    from slo.plan.rules import PlannedSlo

_PER_MINUTE = Decimal(60)


def _of(slo: Slo, name: str, **more: str) -> str:
    """Return a series of the SLO by service and name, without the label of its shard."""
    return names.selector(name, service=slo.service, slo=slo.name, **more)


def series(planned: PlannedSlo) -> tuple[Query, ...]:
    """Return the recorded series that answer most questions."""
    slo = planned.slo
    window = duration(slo.window)
    windows = sorted({slo.window, *(w for tier in planned.tiers for w in (tier.long, tier.short))})
    ratios = ", ".join(duration(w) for w in windows)
    found = [
        Query("budget remaining: 1 all of it, 0 spent, below 0 overspent", _of(slo, names.REMAINING)),
        Query("coverage: recorded part of the window; the rest counts as good", _of(slo, names.COVERED)),
        Query(f"error ratio, bad / total; recorded windows: {ratios}", _of(slo, names.error_ratio(slo.window))),
        Query(f"bad {slo.sli.unit} in {window}", _of(slo, names.events(slo.window), kind="bad")),
        Query(f"all {slo.sli.unit} in {window}", _of(slo, names.events(slo.window), kind="total")),
        Query("error budget as a fraction, 1 - objective", _of(slo, names.BUDGET)),
    ]
    if slo.group_by:
        ratio = _of(slo, names.rollup_ratio(slo.window))
        found += [
            Query("error ratio of all members together", ratio),
            Query("budget remaining of all members together", _of(slo, names.ROLLUP_REMAINING)),
        ]
    return tuple(found)


def queries(planned: PlannedSlo) -> tuple[Query, ...]:
    """Return queries to paste."""
    slo = planned.slo
    remaining, budget = _of(slo, names.REMAINING), _of(slo, names.BUDGET)
    total = _of(slo, names.events(slo.window), kind="total")
    minutes = f"{(slo.window / _PER_MINUTE * slo.budget).normalize():f} * {remaining}"
    if slo.overrides:
        minutes = f"{slo.window // 60} * {budget}\n* {remaining}"
    found = [
        Query("Budget remaining, in percent", f"100 * {remaining}"),
        Query("Minutes of total outage until it is spent", minutes),
        Query(f"Bad {slo.sli.unit} that the budget allows", f"{budget}\n* ignoring (kind) {total}"),
        Query(f"Bad {slo.sli.unit} until it is spent", f"{remaining}\n* {budget}\n* ignoring (kind) {total}"),
    ]
    if planned.tiers:
        short = _of(slo, names.error_ratio(planned.tiers[0].short))
        found.append(Query("Burn rate now: 1 spends the budget in exactly one window", f"{short}\n/ {budget}"))
    if slo.group_by:
        found.append(Query("Members with the least budget remaining", f"bottomk(5, {remaining})"))
    return tuple(found)
