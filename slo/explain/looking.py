"""Where to look: the recorded series of an SLO, and queries to paste."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.explain.values import Query
from slo.plan import names
from slo.promql import duration

if TYPE_CHECKING:
    from slo.model import Slo
    from slo.plan.rules import PlannedSlo

_PER_MINUTE = Decimal(60)


def _of(slo: Slo, name: str, **more: str) -> str:
    """A series of the SLO by the labels that a person knows: its shard is not among them."""
    return names.selector(name, service=slo.service, slo=slo.name, **more)


def series(planned: PlannedSlo) -> tuple[Query, ...]:
    """The recorded series that answer most questions."""
    slo = planned.slo
    window = duration(slo.window)
    windows = sorted({slo.window, *(w for tier in planned.tiers for w in (tier.long, tier.short))})
    ratios = ", ".join(duration(w) for w in windows)
    found = [
        Query("share of the budget that is left: 1 all of it, 0 spent, below 0 overspent", _of(slo, names.REMAINING)),
        Query("share of the window that is recorded; the rest counts as good", _of(slo, names.COVERED)),
        Query(f"bad / total; recorded windows: {ratios}", _of(slo, names.error_ratio(slo.window))),
        Query(f"bad {slo.sli.unit} of {window}", _of(slo, names.events(slo.window), kind="bad")),
        Query(f"all {slo.sli.unit} of {window}", _of(slo, names.events(slo.window), kind="total")),
        Query("the error budget as a share, 1 - objective", _of(slo, names.BUDGET)),
    ]
    if slo.group_by:
        ratio = _of(slo, names.rollup_ratio(slo.window))
        found += [
            Query("bad / total of all members together", ratio),
            Query("share of the budgets of all members that is left", _of(slo, names.ROLLUP_REMAINING)),
        ]
    return tuple(found)


def queries(planned: PlannedSlo) -> tuple[Query, ...]:
    """What to paste."""
    slo = planned.slo
    remaining, budget = _of(slo, names.REMAINING), _of(slo, names.BUDGET)
    total = _of(slo, names.events(slo.window), kind="total")
    minutes = f"{(slo.window / _PER_MINUTE * slo.budget).normalize():f} * {remaining}"
    if slo.overrides:
        minutes = f"{slo.window // 60} * {budget}\n* {remaining}"
    found = [
        Query("How much of the budget is left, in percent?", f"100 * {remaining}"),
        Query("How many minutes of total outage is that?", minutes),
        Query(f"How many bad {slo.sli.unit} does it allow in all?", f"{budget}\n* ignoring (kind) {total}"),
        Query("How many more may there be?", f"{remaining}\n* {budget}\n* ignoring (kind) {total}"),
    ]
    if planned.tiers:
        short = _of(slo, names.error_ratio(planned.tiers[0].short))
        found.append(Query("How fast is it being spent now? 1 is sustainable", f"{short}\n/ {budget}"))
    if slo.group_by:
        found.append(Query("Which members have the least left?", f"bottomk(5, {remaining})"))
    return tuple(found)
