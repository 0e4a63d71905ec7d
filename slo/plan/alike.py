"""Finds the SLOs whose alerts are alike, and spells these once for all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.plan.alerting import alerts, annotation
from slo.plan.kin import PREFIX, READ, SERVICE, SLO, TITLE, Filling, Kin, Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Scale
    from slo.plan.rules import Alert, PlannedSlo

_WORTHWHILE = 6
"""A pattern costs as much as the alerts of five SLOs: itself, its text, and the proofs that both are right."""


def rules(members: Sequence[PlannedSlo], scale: Scale) -> list[Alert | Kin]:
    """The alert rules of each SLO of one shard, one after the other; where many are alike, what each fills in."""
    alike: dict[object, list[PlannedSlo]] = defaultdict(list)
    classes = [alike[_class(planned)] for planned in members]
    for planned, some in zip(members, classes, strict=True):
        some.append(planned)
    patterns = {id(some): _pattern(some[0], scale) for some in alike.values() if len(some) >= _WORTHWHILE}
    made: list[Alert | Kin] = []
    for planned, some in zip(members, classes, strict=True):
        pattern = patterns.get(id(some))
        made += alerts.rules(planned, scale) if pattern is None else [Kin(pattern, _filling(planned))]
    return made


def _class(planned: PlannedSlo) -> object:
    """Everything that the alerts depend on besides the `Filling`; the tiers follow from these, too."""
    slo = planned.slo
    numbers = (slo.window, slo.objective, slo.sli.unit)
    return numbers, slo.group_by, slo.overrides, slo.team, slo.labels, slo.links, slo.alerts, slo.excluded


def _pattern(planned: PlannedSlo, scale: Scale) -> Pattern | None:
    """The pattern of the SLO's class; None where filling it in does not give what spelling out does.

    That happens when what the user wrote holds characters that are taken for blanks. The proof is made with a title of
    ours: one that is itself such a character would be filled in as it was.
    """
    before = len(planned.slo.alert_prefix)
    facts = tuple(replace(fact, name=PREFIX + fact.name[before:]) for fact in planned.alerts)
    anyone = replace(planned.slo, service=SERVICE, name=SLO, title=TITLE)
    pattern = Pattern(tuple(alerts.rules(replace(planned, slo=anyone, alerts=facts), scale, READ)))
    someone = replace(planned, slo=replace(planned.slo, title="any"))
    same = Kin(pattern, _filling(someone)).spelled() == tuple(alerts.rules(someone, scale))
    return pattern if same else None


def _filling(planned: PlannedSlo) -> Filling:
    slo = planned.slo
    return Filling(slo.service, slo.name, slo.alert_prefix, annotation.literal(slo.title), alerts.series_read(slo))
