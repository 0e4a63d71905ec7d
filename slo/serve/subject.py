"""What a request is about: an SLO of the last snapshot, or a member of its group, with its rules and tiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from slo.observe.errors import ObserveError
from slo.serve import tiers
from slo.serve.charts import Subject
from slo.serve.periods import Period, default_range
from slo.serve.signals import signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.serve.fleet import Member, Slo
    from slo.serve.signals import Signals
    from slo.serve.site import Site
    from slo.serve.tiers import OtherAlert, Tier

_LIMITS = 300.0


@dataclass(frozen=True, slots=True)
class Found:
    """An SLO and one of its members, as asked for; `trouble` is why its rules may be old or missing."""

    slo: Slo
    member: Member
    period: Period
    tiers: tuple[Tier, ...]
    others: tuple[OtherAlert, ...]
    counted: tuple[tuple[str, str], ...]
    subject: Subject
    trouble: str


def find(given: Mapping[str, str], site: Site) -> tuple[Slo, Member]:
    """Return the SLO, and the member of its group, that a query string names; by default the worst member.

    Raises:
        HTTPException: there is none.
    """
    origin = {name.removeprefix("origin."): value for name, value in given.items() if name.startswith("origin.")}
    shard = {"shard": given["shard"]} if given.get("shard") else {}
    named = {"service": given.get("service", ""), "slo": given.get("slo", "")}
    slo = site.refresher.view.fleet.find({**named, **shard, **origin})
    if not slo:
        raise HTTPException(404, "no SLO of this name; it may have been renamed or removed")
    labels = {name.removeprefix("member."): value for name, value in given.items() if name.startswith("member.")}
    member = next((each for each in slo.members if dict(each.labels) == labels), None) if labels else slo.worst
    if not member:
        raise HTTPException(404, "no member with these labels in the group")
    return slo, member


def look_up(given: Mapping[str, str], site: Site) -> Found:
    """Return what a query string names, with the rules that Prometheus runs for it.

    Raises:
        HTTPException: there is no such SLO.
    """
    slo, member = find(given, site)
    period = Period.of(given, default_range(member.window))
    rules, trouble = site.rules.of(slo.identity.shard)
    alerting = tiers.alert_rules(slo, rules)
    ladder, counted = tuple(tiers.tiers(alerting, member)), tuple(tiers.counted(slo, rules))
    below = signals(counted, member.labels)
    subject = Subject(slo, member, ladder, below, period.span.step, _limit(site, below))
    return Found(slo, member, period, ladder, tuple(tiers.others(alerting, member)), counted, subject, trouble)


def _limit(site: Site, below: Signals | None) -> float | None:
    """Return the bound of the bucket that counts good events: the rules match it in all its spellings."""
    if not below or not below.limit or not below.buckets:
        return None
    selector = str(below.buckets.renamed(below.buckets.name, below.limit))
    try:
        found = site.limits.get(selector, _LIMITS, lambda: site.prometheus.values("le", selector))
        return min(map(float, found), default=None)
    except (ObserveError, ValueError):
        return None
