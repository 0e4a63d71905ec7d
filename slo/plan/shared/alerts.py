"""`--layout shared`: one alert rule for all SLOs of a shard that have the same alert, instead of one for each SLO.

SLOs share a rule when known is the same that the rule says besides which SLOs it is for. Thresholds come from
`slo:budget:ratio`, joined one to one on all labels, so that objectives need not be the same; service and SLO of an
alert come from the series, and its texts ask for what they tell.
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
"""Stands for objectives that differ: what may be bad is not written into a text but looked up."""


class _Kind(msgspec.Struct, frozen=True):
    """Everything that an alert rule says besides which SLOs it is for; the tier is none where it is not of a policy."""

    fact: AlertFacts
    terms: Terms
    tier: Tier | None
    labels: Labels
    links: Links
    annotations: Labels
    target: str = ""
    excluded: str = ""


def rules(members: Sequence[PlannedSlo], scale: Scale, *, shards: int) -> list[Alert]:
    """The alert rules of one shard of the set; of those that differ in nothing that is seen, each is marked."""
    known = names_of(planned.slo for planned in members)
    alike: dict[_Kind, list[PlannedSlo]] = defaultdict(list)
    for same in _profiles(members):
        for kind in _kinds(same[0], scale):
            alike[kind].extend(same)
    made = [(kind, _alert(kind, some, known)) for kind, some in alike.items()]
    seen = Counter((alert.name, alert.labels) for _, alert in made)
    shard = members[0].shard if shards > 1 else ""
    return [_marked(alert, shard, kind if seen[alert.name, alert.labels] > 1 else None) for kind, alert in made]


def _profiles(members: Iterable[PlannedSlo]) -> Iterable[list[PlannedSlo]]:
    """The SLOs in groups that are sure to have the same alerts; a thousand SLOs make a handful."""
    same: dict[object, list[PlannedSlo]] = defaultdict(list)
    for planned in members:
        slo = planned.slo
        own = (slo.window, slo.group_by, slo.overrides, slo.team, slo.labels, slo.links, slo.alerts, slo.excluded)
        same[planned.tiers, planned.alerts, slo.sli.unit, own].append(planned)
    return same.values()


def _kinds(planned: PlannedSlo, scale: Scale) -> Iterator[_Kind]:
    """The alerts of an SLO, without what only this SLO has."""
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
    """The alert of a tier, without what follows from an objective.

    Its burn rate is its threshold, as a multiple of the budget. Only where members have objectives of their own and the
    threshold of some of them has to be lowered, the rule does that itself.
    """
    shares = (slo.budget, *(part.budget for part in slo.overrides)) if slo.overrides else ()
    bare = replace(tier, threshold=Decimal(0), budget=tier.budget * 0, lowered=False)
    if any(tier.wanted * share > tier.reach for share in shares):
        return replace(kind, tier=bare, terms=replace(kind.terms, budget=Decimal(1)))
    return replace(kind, tier=replace(bare, wanted=tier.burn, reach=Decimal(1)))


def _alert(kind: _Kind, some: Sequence[PlannedSlo], known: Names) -> Alert:
    """One rule, for these SLOs of all those of the shard."""
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
    """The title is no label of an alert, so that a new one raises nothing anew; the text asks for it."""
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
    """Those of the SLOs that are not recorded.

    `slo:info` knows every SLO, whether or not it has data, and only service and name of it are looked at. Of a group it
    knows the members that have data, so a group is named.
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
    """A member that had events within a day is not recorded any more, although others of its group are."""
    by, group = naming.labels(terms.group_by), ", ".join(_IDENTITY)
    recorded = series(names.events(SUBWINDOW), "bad")
    known = f"sum by ({by}) ({series(names.events(DAY), 'total')})"
    return f"({known} > 0 unless on ({by}) {recorded})\nand on ({group}) {recorded}"


def _marked(alert: Alert, shard: str, kind: _Kind | None) -> Alert:
    """The rule with labels that nobody sees, as they are empty: promtool takes rules with equal labels for duplicates.

    Labels that begin with two underscores cannot be those of a group. They say the same after every build, so that the
    server knows the rule again.
    """
    marks = [f"__shard_{shard.rpartition('-')[2]}"] if shard else []
    marks += [f"__class_{crc32(repr(kind).encode()):08x}"] if kind else []
    return replace(alert, labels=(*alert.labels, *((mark, "") for mark in marks))) if marks else alert
