"""Planned maintenance as a recorded series, so that its calendar is spelled and evaluated once, not in every rule.

A slice reads what was recorded within the minute that ends with it. The windows are cut so that this is exact while
rules are evaluated at least once a minute (see `slo.maintenance.expression`); where they are evaluated less often the
record would come too late, and every rule holds the expression itself. So does every rule for maintenance that a metric
reports: it begins at any second, and a record would learn of it up to an interval after the failures began.
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
    """The SLOs, those with maintenance reading the series that `records` makes, if it makes one for them."""
    found = {} if scale.interval > SLICE else _calendars(planned)
    return tuple(
        replace(p, slo=_reading(p.slo, p.shard)) if (p.shard, p.slo.service) in found and _calendar(p.slo) else p
        for p in planned
    )


def records(members: Sequence[PlannedSlo], scale: Scale) -> list[Record]:
    """One rule for each service of a shard, to be evaluated before all others."""
    found = {} if scale.interval > SLICE else _calendars(members)
    return [
        Record(names.MAINTENANCE, f"vector(1) and (\n{calendar}\n)", (("shard", shard), ("service", service)))
        for (shard, service), calendar in found.items()
    ]


def _calendars(planned: Sequence[PlannedSlo]) -> dict[tuple[str, str], str]:
    """The planned maintenance of each shard and service; two files of a service may disagree, which has no record."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for p in planned:
        if p.slo.maintenance and (calendar := _calendar(p.slo)):
            found[p.shard, p.slo.service].add(calendar)
    return {identity: calendars.pop() for identity, calendars in found.items() if len(calendars) == 1}


def _calendar(slo: Slo) -> str:
    return "\nor ".join(entry.expr for entry in slo.maintenance if entry.planned)


def _reading(slo: Slo, shard: str) -> Slo:
    """The SLO, with the record in the place of the calendar."""
    record = names.selector(names.MAINTENANCE, shard=shard, service=slo.service)
    reported = [entry.expr for entry in slo.maintenance if not entry.planned]
    return replace(slo, excluded=" or ".join([record, *reported]))
