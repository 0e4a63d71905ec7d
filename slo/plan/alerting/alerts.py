"""The alert rules of one SLO: budget burn per tier, budget exhausted, no data."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.burnrate import DAY, MINUTE
from slo.plan import names
from slo.plan.alerting import annotation
from slo.plan.alerting.terms import Terms
from slo.plan.blanks import ALERT, TITLE, Blanks, series
from slo.plan.rules import Alert, AlertFacts
from slo.plan.windows.subwindows import TILE
from slo.promql import duration, naming, parse_selector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.rules import PlannedSlo

ABSENT_AFTER = 10 * MINUTE
"""How long an SLI has to be gone before `NoData` fires, and to be back before it ends, in seconds."""
RECOVERED = Decimal("0.05")
"""The share of the budget that has to be left again before `BudgetExhausted` ends.

As much as `page-slow` costs over 28 days and more: with less, one incident spends the budget again. At burn rate 1 the
budget hovers around zero for days; an alert that ended at zero would fire dozens of times a month.
"""
_LOOKBACK = 5 * MINUTE
"""How old a sample may be that Prometheus finds without a range; version 3 no longer finds one of exactly this age."""
_ROUNDED = Decimal("0.5")


def facts(slo: Slo, tiers: tuple[Tier, ...], prefix: str, burning: str) -> tuple[AlertFacts, ...]:
    """Every alert that the SLO can raise; `prefix`: what names begin with; `burning`: how that of a tier ends."""
    burn = [AlertFacts(prefix + burning, t.name, t.severity) for t in tiers]
    other: list[AlertFacts] = []
    if slo.alerts.exhausted != "off":
        other.append(AlertFacts(prefix + "BudgetExhausted", "exhausted", slo.alerts.exhausted))
    if slo.alerts.no_data != "off":
        other.append(AlertFacts(prefix + "NoData", "no-data", slo.alerts.no_data))
    if slo.group_by and slo.alerts.no_data_members != "off":
        other.append(AlertFacts(prefix + "MemberNoData", "member-no-data", slo.alerts.no_data_members))
    return (*burn, *other)


def windows(slos: Iterable[Slo]) -> set[int]:
    """Windows that must be recorded for alerts other than the tiers."""
    return {DAY} if any(slo.group_by and slo.alerts.no_data_members != "off" for slo in slos) else set()


def rules(planned: PlannedSlo, scale: Scale, read: str | None = None) -> list[Alert]:
    """One alert rule for each of the facts, in the same order; `read` stands for the series that the SLO reads."""
    slo = planned.slo
    read = series_read(slo) if read is None else read
    blanks = Blanks.of(planned, annotation.literal(slo.title))
    known = _known(Terms.of(slo, scale), planned.tiers)
    before, after = labels(slo, scale)
    made = []
    for fact in planned.alerts:
        expr, pending, summary, description = known.get(fact.tier) or _no_data(planned, scale, read)
        texts = annotation.annotated(planned, fact.name, blanks.fill(summary), blanks.fill(description))
        identity = (("tier", fact.tier), ("severity", fact.severity))
        own = (*before, *identity, *after)
        made.append(Alert(fact.name, blanks.fill(expr, fact.name), pending, own, texts, kept(fact, scale.factor)))
    return made


def kept(fact: AlertFacts, factor: int) -> int:
    """Return `keep_firing_for` in seconds: series that come and go raise one alert."""
    return ABSENT_AFTER // factor if fact.tier in {"no-data", "member-no-data"} else 0


_Rule = tuple[str, int, str, str]
"""Expression, `for` in seconds as the server counts them, summary and description, with blanks."""


@lru_cache(maxsize=256)
def _known(terms: Terms, tiers: tuple[Tier, ...]) -> dict[str, _Rule]:
    """By tier: the alerts that are the same for all SLOs on these terms."""
    burning = {t.name: (burn(terms, t), t.pending // terms.factor, *annotation.burn(terms, t)) for t in tiers}
    pending = ABSENT_AFTER // terms.factor
    member = (_member_no_data(terms), pending, *annotation.member_no_data(terms)) if terms.group_by else ("", 0, "", "")
    return burning | {
        "exhausted": (exhausted(terms), 0, *annotation.exhausted(terms, RECOVERED)),
        "member-no-data": member,
    }


def burn(terms: Terms, tier: Tier) -> str:
    """Above the threshold over the long window, its recorded part that is, and still so over the short one."""
    long, short = series(names.error_ratio(tier.long)), series(names.error_ratio(tier.short))
    threshold = _threshold(terms, tier)
    events = names.events(tier.long)
    return (
        f"{long}\n"
        f"  * ignoring (kind) {series(events, 'covered')} / {tier.long // terms.factor} > {threshold}\n"
        f"and {short} > {threshold}\n"
        f"and ignoring (kind) {series(events, 'bad')} >= {_least(terms)}"
    )


def _threshold(terms: Terms, tier: Tier) -> str:
    """A number, or where members have objectives of their own, each member's own threshold.

    That of a member is bounded as in `slo.burnrate`: never above what a total outage reaches, never below the budget
    itself.
    """
    if not terms.overrides:
        return f"{tier.threshold.normalize():f}"
    budget = series(names.BUDGET)
    burn = max(Decimal(1), tier.wanted)
    wanted = f"{burn.normalize():f} * {budget}"
    if all(burn * share <= tier.reach for share in (terms.budget, *(part.budget for part in terms.overrides))):
        return f"({wanted})"
    return f"(clamp_max({wanted}, {float(tier.reach):g}) > {budget} or {budget})"


def _least(terms: Terms) -> str:
    """Return the threshold for `min_bad_events`, half an event lower: `rate` returns 1.9 for two events."""
    least = Decimal(terms.min_bad)
    return f"{least if terms.unit == 'ratio-slices' else least - _ROUNDED:f}"


def exhausted(terms: Terms) -> str:
    """Fire at no budget left with enough bad events; end when `RECOVERED` of the budget is left."""
    left, bad = series(names.REMAINING), series(names.events(terms.window), "bad")
    member = naming.labels(tuple(dict.fromkeys(("service", "slo", *terms.group_by))))
    return (
        f"{left} <= 0\n"
        f"and ignoring (kind) {bad} >= {_least(terms)}\n"
        f"or {left} < {RECOVERED:f}\n"
        f"and on ({member}) {_fired(terms)}"
    )


def _fired(terms: Terms) -> str:
    """Return the state of this alert at the previous evaluation, as the server records it."""
    state = f'ALERTS{{alertname="{ALERT}",alertstate="firing"}}'
    return state if terms.interval < _LOOKBACK else f"last_over_time({state}[{duration(terms.interval + 1)}])"


def series_read(slo: Slo) -> str:
    """What the SLI reads, for a person; ready for a Go template."""
    return annotation.literal(", ".join(map(str, slo.sli.selectors())))


def _no_data(planned: PlannedSlo, scale: Scale, read: str) -> _Rule:
    """Idle is not absent: a counter that stands still records 0. Both counts exist only where the SLI can be measured.

    With a target, silence while the target is up means that its series are not created yet. The selector is spelled
    anew: a comment behind it would take the rest of the expression with it.
    """
    slo = planned.slo
    quiet = [f"({parse_selector(slo.alerts.target)} == 1)"] if slo.alerts.target else []
    quiet += [f"({slo.excluded})"] if slo.excluded else []
    gone = f"vector(1) unless on () {series(names.events(TILE), 'bad')}"
    expr = " unless on () ".join([f"({gone})", *quiet]) if quiet else gone
    texts = annotation.no_data(TITLE, slo.sli.unit, target=bool(slo.alerts.target), read=read)
    return expr, ABSENT_AFTER // scale.factor, *texts


def _member_no_data(terms: Terms) -> str:
    """A member that had events within a day is not recorded any more, although others are."""
    labels = naming.labels(terms.group_by)
    recorded = series(names.events(TILE), "bad")
    known = f"sum by ({labels}) ({series(names.events(DAY), 'total')})"
    return f"({known} > 0 unless on ({labels}) {recorded})\nand on () {recorded}"


def labels(slo: Slo, scale: Scale) -> tuple[Labels, Labels]:
    """The alert's identity, before and after what tells the alerts of an SLO apart.

    `shard` is taken off: moving an SLO to another shard must not raise its alerts anew.
    """
    before = [("service", slo.service), ("slo", slo.name)]
    if slo.team:
        before.append(("team", annotation.literal(slo.team)))
    after = [("time_scale", str(scale.factor))] if scale.factor != 1 else []
    if slo.labels or slo.alerts.labels:
        after += {k: annotation.literal(v) for k, v in (*slo.labels, *slo.alerts.labels) if v}.items()
    return tuple(before), (*after, ("shard", ""))
