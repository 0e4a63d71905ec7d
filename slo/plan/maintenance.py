"""Record planned maintenance, so that its calendar is evaluated once, not in every rule.

A time slice reads the record of the minute that ends with it. Maintenance windows are cut so that this is exact if
rules are evaluated at least once a minute (see `slo.maintenance.expression`). If they are evaluated less often, the
record would be late, and every rule has the expression itself. So it is for maintenance reported by a metric: it begins
at any second, and a record would be up to an interval late.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.plan import names
from slo.plan.rules import Record
from slo.query.counting import SLICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Scale, Slo
    from slo.plan.rules import PlannedSlo


def recorded(planned: Sequence[PlannedSlo], scale: Scale) -> tuple[PlannedSlo, ...]:
    """Return the SLOs; those with maintenance read the series from `records`, if there is one for them."""
    found = {} if scale.interval > SLICE else _calendars(planned)
    return tuple(
        replace(p, slo=_reading(p.slo, p.shard)) if (p.shard, p.slo.service) in found and _calendar(p.slo) else p
        for p in planned
    )


def records(members: Sequence[PlannedSlo], scale: Scale) -> list[Record]:
    """Return one rule for each service of a shard, to be evaluated before all others."""
    found = {} if scale.interval > SLICE else _calendars(members)
    return [
        Record(names.MAINTENANCE, f"vector(1) and (\n{calendar}\n)", (("shard", shard), ("service", service)))
        for (shard, service), calendar in found.items()
    ]


def _calendars(planned: Sequence[PlannedSlo]) -> dict[tuple[str, str], str]:
    """Return the planned maintenance of each shard and service, if all files of the service agree."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for p in planned:
        if p.slo.maintenance and (calendar := _calendar(p.slo)):
            found[p.shard, p.slo.service].add(calendar)
    return {identity: calendars.pop() for identity, calendars in found.items() if len(calendars) == 1}


def _calendar(slo: Slo) -> str:
    return "\nor ".join(entry.expr for entry in slo.maintenance if entry.planned)


def _reading(slo: Slo, shard: str) -> Slo:
    """Return the SLO with the record instead of the calendar."""
    record = names.selector(names.MAINTENANCE, shard=shard, service=slo.service)
    reported = [entry.expr for entry in slo.maintenance if not entry.planned]
    return replace(slo, excluded=" or ".join([record, *reported]))
