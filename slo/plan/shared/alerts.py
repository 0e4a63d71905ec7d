"""`--layout shared`: one alert rule for all SLOs of a shard with the same alert, instead of one for each SLO.

SLOs share a rule if everything in it but their names is equal. Thresholds come from `slo:budget:ratio`, joined one to
one on all labels, so that objectives may differ. Labels `service` and `slo` come from the series, and annotations query
the title.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from msgspec.structs import replace

from slo.model import Override
from slo.plan import names
from slo.plan.alerting import alerts, annotation
from slo.plan.alerting.terms import Terms
from slo.plan.matchers import names_of, pick
from slo.plan.rules import Alert
from slo.plan.template import Template, Values, series
from slo.promql import naming, parse_selector
from slo.times import DAY, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.burnrate import Tier
    from slo.model import Labels, Links, Scale, Slo
    from slo.plan.matchers import Names
    from slo.plan.rules import AlertFacts, PlannedSlo

_IDENTITY = ("service", "slo")
_SERVICE, _SLO = (f"{{{{ $labels.{label} }}}}" for label in _IDENTITY)
_LOOKED_UP = (Override((), Decimal(1)),)
"""Overrides for objectives that differ: annotations query the error budget."""


class _Kind(msgspec.Struct, frozen=True):
    """All of an alert rule but its SLOs; without a tier it is not of a policy. Its `repr` is part of the output."""

    fact: AlertFacts
    terms: Terms
    tier: Tier | None
    labels: Labels
    links: Links
    annotations: Labels
    target: str = ""
    excluded: str = ""


def rules(members: Sequence[PlannedSlo], scale: Scale, *, shards: int) -> list[Alert]:
    """Return the alert rules of one shard; rules with equal names and labels get a label that tells them apart."""
    known = names_of(planned.slo for planned in members)
    alike: dict[_Kind, list[PlannedSlo]] = defaultdict(list)
    for same in _profiles(members):
        for kind in _kinds(same[0], scale):
            alike[kind].extend(same)
    made = [(kind, _alert(kind, some, known)) for kind, some in alike.items()]
    seen = Counter((alert.name, alert.labels) for _, alert in made)
    shard = members[0].shard if shards > 1 else ""
    return [_distinct(alert, shard, kind if seen[alert.name, alert.labels] > 1 else None) for kind, alert in made]


def _profiles(members: Iterable[PlannedSlo]) -> Iterable[list[PlannedSlo]]:
    """Return the SLOs grouped by the settings that their alerts depend on."""
    same: dict[object, list[PlannedSlo]] = defaultdict(list)
    for planned in members:
        slo = planned.slo
        own = (slo.window, slo.group_by, slo.overrides, slo.team, slo.labels, slo.links, slo.alerts, slo.excluded)
        same[planned.tiers, planned.alerts, slo.sli.unit, own].append(planned)
    return same.values()


def _kinds(planned: PlannedSlo, scale: Scale) -> Iterator[_Kind]:
    """Yield the alerts of an SLO, without what only this SLO has."""
    slo = planned.slo
    tiers = {tier.name: tier for tier in planned.tiers}
    before, after = alerts.labels(slo, scale)
    terms = replace(Terms.of(slo, scale), budget=Decimal(0), overrides=_LOOKED_UP, group_by=(*_IDENTITY, *slo.group_by))
    for fact in planned.alerts:
        labels = (*before[len(_IDENTITY) :], ("tier", fact.tier), ("severity", fact.severity), *after)
        kind = _Kind(fact, terms, None, labels, slo.links, slo.alerts.annotations)
        if fact.tier in tiers:
            yield _of_tier(kind, slo, tiers[fact.tier])
        elif fact.tier == "no-data":
            target = str(parse_selector(slo.alerts.target)) if slo.alerts.target else ""
            bare = replace(terms, window=0, min_bad=0, group_by=_IDENTITY)
            yield replace(kind, terms=bare, target=target, excluded=slo.excluded)
        else:
            yield kind


def _of_tier(kind: _Kind, slo: Slo, tier: Tier) -> _Kind:
    """Return the alert of a tier, without what follows from an objective.

    Its threshold is its burn rate, as a multiple of the budget. Where members have objectives of their own and some
    thresholds have to be lowered, the rule itself lowers them.
    """
    shares = (slo.budget, *(part.budget for part in slo.overrides)) if slo.overrides else ()
    bare = replace(tier, threshold=Decimal(0), budget=tier.budget * 0, lowered=False)
    if any(tier.wanted * share > tier.reach for share in shares):
        return replace(kind, tier=bare, terms=replace(kind.terms, budget=Decimal(1)))
    return replace(kind, tier=replace(bare, wanted=tier.burn, reach=Decimal(1)))


def _alert(kind: _Kind, some: Sequence[PlannedSlo], known: Names) -> Alert:
    """Return one rule for these SLOs of the shard."""
    shard, slos = some[0].shard, [planned.slo for planned in some]
    expr, pending, kept, (summary, description) = _rule(kind)
    if kind.fact.tier == "no-data":
        expr = " unless on () ".join([f"({_gone(shard, slos, known)})", *alerts.quiet(slos[0])])
    else:
        template = Template.of(expr)
        picked = (Values(which, prefix=names.SHARED_PREFIX) for which in pick(shard, slos, known))
        expr = "\nor ".join(map(template.filled, picked))
    values = Values(quoted_labels=f'shard=\\"{shard}\\"', title=_title(shard))
    texts = {"summary": Template.of(summary).filled(values), "description": Template.of(description).filled(values)}
    anyone = replace(some[0], slo=replace(slos[0], service=_SERVICE, name=_SLO), alerts=(kind.fact,))
    (added,) = annotation.added(anyone)
    return Alert(kind.fact.name, expr, pending, kind.labels, tuple((texts | dict(added)).items()), kept)


def _title(shard: str) -> str:
    """Return a query for the title. As a label of the alert, a new title would raise it again."""
    query = f'slo:info{{shard=\\"{shard}\\",service=%q,slo=%q}}'
    ask = f'with printf "{query}" $labels.service $labels.slo | query'
    return f'{{{{ {ask} }}}}{{{{ . | first | label "title" }}}}{{{{ else }}}}An SLO{{{{ end }}}}'


def _rule(kind: _Kind) -> tuple[str, int, int, annotation.Texts]:
    """Return expression, `for` and `keep_firing_for` in seconds as the server counts them, and texts, with slots."""
    terms = kind.terms
    absent = alerts.ABSENT_AFTER // terms.factor
    if kind.tier:
        return alerts.burn(terms, kind.tier), kind.tier.pending // terms.factor, 0, annotation.burn(terms, kind.tier)
    if kind.fact.tier == "exhausted":
        return alerts.exhausted(terms), 0, 0, annotation.exhausted(terms, alerts.RECOVERED)
    if kind.fact.tier == "no-data":
        texts = annotation.no_data(annotation.title(terms), terms.unit, target=bool(kind.target))
        return "", absent, absent, texts
    return _member_no_data(terms), absent, absent, annotation.member_no_data(terms)


def _gone(shard: str, slos: Sequence[Slo], known: Names) -> str:
    """Return an expression for the SLOs without records.

    `slo:info` has every SLO, with or without data; only its service and name are read. Of a group it has the members
    with data, so groups are named.
    """
    labels = ", ".join(_IDENTITY)
    recorded = names.events(SUBWINDOW) + '{%s,kind="bad"}'
    whole = [slo for slo in slos if not slo.group_by]
    parts = [
        f"group by ({labels}) ({names.INFO}{{{which}}}) unless on ({labels}) {recorded % which}"
        for which in (pick(shard, whole, known) if whole else ())
    ]
    parts += [
        f'label_replace(label_replace(vector(1), "service", "{slo.service}", "", ""), "slo", "{slo.name}", "", "") '
        f"unless on ({labels}) {recorded % names.inside(slo, shard)}"
        for slo in slos
        if slo.group_by
    ]
    return "\nor ".join(parts)


def _member_no_data(terms: Terms) -> str:
    """Return an expression for members with events within a day but no records, while others of the group have some."""
    by, group = naming.labels(terms.group_by), ", ".join(_IDENTITY)
    recorded = series(names.events(SUBWINDOW), "bad")
    known = f"sum by ({by}) ({series(names.events(DAY), 'total')})"
    return f"({known} > 0 unless on ({by}) {recorded})\nand on ({group}) {recorded}"


def _distinct(alert: Alert, shard: str, kind: _Kind | None) -> Alert:
    """Return the rule with empty labels, which no alert has: promtool reports rules with equal labels as duplicates.

    Labels that begin with two underscores cannot be those of a group. They stay the same across builds, so that the
    server keeps the state of the rule.
    """
    distinct = [f"__shard_{shard.rpartition('-')[2]}"] if shard else []
    distinct += [f"__class_{crc32(repr(kind).encode()):08x}"] if kind else []
    return replace(alert, labels=(*alert.labels, *((name, "") for name in distinct))) if distinct else alert
