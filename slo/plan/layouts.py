"""The layout of rules and their names: what `--layout` and `--compat` choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import base, budget, names
from slo.plan.alerting import alerts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.burnrate import Tier
    from slo.model import Options, Scale, Slo
    from slo.plan.rules import Alert, AlertFacts, PlannedSlo, Record, TemplatedAlerts


def check(slos: Sequence[Slo], options: Options) -> None:
    """Raise for what the layout cannot express.

    Raises:
        CompileError: with each SLO that asks for it.
    """
    if options.layout == "shared":
        from slo.plan.shared.check import check_common  # noqa: PLC0415 - only this layout needs it

        check_common(slos)


def facts(slo: Slo, tiers: tuple[Tier, ...], options: Options) -> tuple[AlertFacts, ...]:
    """Return the alerts of an SLO with the names of the layout."""
    prefix = names.SHARED_PREFIX if options.layout == "shared" else slo.alert_prefix
    return alerts.facts(slo, tiers, prefix, burning="HighErrorRate" if options.compat else "BudgetBurn")


def windows(members: Sequence[PlannedSlo], options: Options) -> set[int]:
    """Return every window with an error ratio."""
    used = {w for p in members for t in p.tiers for w in (t.long, t.short)} | {p.slo.window for p in members}
    used |= alerts.windows(p.slo for p in members)
    if options.compat:
        from slo.plan import compat_sloth  # noqa: PLC0415 - few builds need it

        used |= compat_sloth.WINDOWS
    return used


def base_and_info(shard: str, slos: Sequence[Slo], scale: Scale, options: Options) -> tuple[list[Record], list[Record]]:
    """Return the rules that count events, two for each SLO, and those of `slo:info` that no rule reads.

    Where rules are shared, SLOs that differ in the value of one label are counted together.
    """
    if options.layout == "shared":
        from slo.plan.shared import families  # noqa: PLC0415 - only this layout needs it

        return families.base_and_info(shard, slos, scale)
    counted = [rule for slo in slos for rule in base.records(slo, shard, scale)]
    return counted, [rule for slo in slos for rule in budget.info(slo, shard, scale)]


def records(shard: str, slos: Sequence[Slo], options: Options) -> list[Record]:
    """Return the recording rules of `--compat`."""
    if not options.compat:
        return []
    from slo.plan import compat_sloth  # noqa: PLC0415 - as above

    return compat_sloth.records(shard, slos)


def rules(
    members: Sequence[PlannedSlo], scale: Scale, options: Options, *, shards: int
) -> Sequence[Alert | TemplatedAlerts]:
    """Return the alert rules of one shard, of a set with this number of shards."""
    if options.layout == "shared":
        from slo.plan.shared import alerts as shared  # noqa: PLC0415 - only this layout needs it

        made = shared.rules(members, scale, shards=shards)
    else:
        templated = [alerts.rules(planned, scale) for planned in members]
        if not options.compat:
            return templated
        made = [alert for part in templated for alert in part.alerts()]
    if not options.compat:
        return made
    from slo.plan import compat_sloth  # noqa: PLC0415 - as above

    return [compat_sloth.labelled(alert) for alert in made]
