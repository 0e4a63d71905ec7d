"""The alert rules of one SLO: budget burn per tier, budget exhausted, no data."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from slo.plan import coverage, names
from slo.plan.alerting import annotation
from slo.plan.alerting.terms import Terms
from slo.plan.rules import AlertFacts, AlertTemplate, AlertTemplates, TemplatedAlerts
from slo.plan.template import PREFIX, QUIET, READ, TITLE, Template, Values, series
from slo.promql import duration, naming, parse_selector
from slo.times import DAY, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.rules import PlannedSlo

ABSENT_AFTER = 10 * MINUTE
"""Seconds without data before `NoData` fires, and with data before it ends."""
RECOVERED = Decimal("0.05")
"""The budget that has to remain before `BudgetExhausted` ends.

As much as `page-slow` costs over 28 days and more: with less, one incident spends the budget again. At burn rate 1 the
budget hovers around zero for days; an alert that ended at zero would fire dozens of times a month.
"""
_LOOKBACK = 5 * MINUTE
"""Age at which Prometheus no longer finds a sample without a range; version 2 still finds one of exactly this age."""
_ROUNDED = Decimal("0.5")


def facts(slo: Slo, tiers: tuple[Tier, ...], prefix: str, burning: str) -> tuple[AlertFacts, ...]:
    """Return the alerts of an SLO; `prefix`: of all names; `burning`: suffix of the burn-rate alerts."""
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
    """Return the windows that alerts other than the tiers read."""
    return {DAY} if any(slo.group_by and slo.alerts.no_data_members != "off" for slo in slos) else set()


def rules(planned: PlannedSlo, scale: Scale) -> TemplatedAlerts:
    """Return one alert for each of the facts, in the same order."""
    slo, values = planned.slo, _values(planned)
    terms = Terms.of(slo, scale)
    which = tuple((fact.name.removeprefix(values.prefix), fact.tier, fact.severity) for fact in planned.alerts)
    asked = _Asked(bool(slo.alerts.target), bool(values.quiet), bool(values.read))
    before, after = labels(slo, scale)
    templates = _templates(terms, planned.tiers, which, asked)
    return TemplatedAlerts(templates, values, before, after, annotation.added(planned))


def _values(planned: PlannedSlo) -> Values:
    slo, matchers = planned.slo, names.inside(planned.slo, planned.shard)
    quoted = matchers.replace('"', '\\"')
    silences = " unless on () ".join(quiet(slo))
    return Values(matchers, quoted, slo.alert_prefix, annotation.literal(slo.title), series_read(slo), silences)


class _Asked(NamedTuple):
    """Whether `NoData` depends on a target, on anything that keeps it quiet, and names series."""

    target: bool
    quiet: bool
    read: bool


@lru_cache(maxsize=256)
def _templates(
    terms: Terms, tiers: tuple[Tier, ...], which: tuple[tuple[str, str, str], ...], asked: _Asked
) -> AlertTemplates:
    """Return a template for each alert, given the suffix of its name, its tier and its severity."""
    by_name = {tier.name: tier for tier in tiers}
    made = []
    for suffix, tier, severity in which:
        expr, pending, kept, texts = _rule(terms, by_name.get(tier), tier, asked)
        summary, description = map(Template.of, texts)
        own = (("tier", tier), ("severity", severity))
        made.append(AlertTemplate(suffix, Template.of(expr), pending, own, summary, description, kept))
    return AlertTemplates(tuple(made))


Rule = tuple[str, int, int, annotation.Texts]
"""Expression, `for` and `keep_firing_for` in seconds as the server counts them, and texts, with slots."""


def _rule(terms: Terms, tier: Tier | None, name: str, asked: _Asked) -> Rule:
    absent = ABSENT_AFTER // terms.factor
    if tier:
        return burn(terms, tier), tier.pending // terms.factor, 0, annotation.burn(terms, tier)
    if name == "exhausted":
        return exhausted(terms), 0, 0, annotation.exhausted(terms, RECOVERED)
    if name == "no-data":
        read = READ if asked.read else ""
        return _no_data(asked), absent, absent, annotation.no_data(TITLE, terms.unit, target=asked.target, read=read)
    return _member_no_data(terms), absent, absent, annotation.member_no_data(terms)


def burn(terms: Terms, tier: Tier) -> str:
    """Return the condition of a tier: above the threshold over the long window, by coverage, and over the short one."""
    long, short = series(names.error_ratio(tier.long)), series(names.error_ratio(tier.short))
    threshold = _threshold(terms, tier)
    events = names.events(tier.long)
    return (
        f"{long}\n"
        f"  * ignoring (kind) {coverage.weight(series(events, 'covered'), tier.long // terms.factor)} > {threshold}\n"
        f"and {short} > {threshold}\n"
        f"and ignoring (kind) {series(events, 'bad')} >= {_least(terms)}"
    )


def _threshold(terms: Terms, tier: Tier) -> str:
    """Return a number or, where members have objectives of their own, the threshold of each member.

    It is bounded as in `slo.burnrate`: never above what a total outage reaches, never below the budget.
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
    state = f'ALERTS{{alertname="{PREFIX}BudgetExhausted",alertstate="firing"}}'
    return state if terms.interval < _LOOKBACK else f"last_over_time({state}[{duration(terms.interval + 1)}])"


def series_read(slo: Slo) -> str:
    """Return the selectors of the SLI, ready for a Go template."""
    return annotation.literal(", ".join(map(str, slo.sli.selectors())))


def quiet(slo: Slo) -> list[str]:
    """Return what keeps `NoData` from firing: a target that is up, as its series do not exist yet; maintenance.

    The target is formatted again: a comment after it would hide the rest of the expression.
    """
    up = [f"({parse_selector(slo.alerts.target)} == 1)"] if slo.alerts.target else []
    return [*up, f"({slo.excluded})"] if slo.excluded else up


def _no_data(asked: _Asked) -> str:
    """Return the expression of `NoData`. An idle counter is recorded as 0; both counts exist while the SLI has data."""
    gone = f"vector(1) unless on () {series(names.events(SUBWINDOW), 'bad')}"
    return f"({gone}) unless on () {QUIET}" if asked.quiet else gone


def _member_no_data(terms: Terms) -> str:
    """Return an expression for members with events within a day but no records, while others have some."""
    labels = naming.labels(terms.group_by)
    recorded = series(names.events(SUBWINDOW), "bad")
    had = f"sum by ({labels}) ({series(names.events(DAY), 'total')})"
    return f"({had} > 0 unless on ({labels}) {recorded})\nand on () {recorded}"


def labels(slo: Slo, scale: Scale) -> tuple[Labels, Labels]:
    """Return the labels before and after those in which the alerts of an SLO differ.

    `shard` is removed: moving an SLO to another shard must not raise its alerts again.
    """
    before = [("service", slo.service), ("slo", slo.name)]
    if slo.team:
        before.append(("team", annotation.literal(slo.team)))
    after = [("time_scale", str(scale.factor))] if scale.factor != 1 else []
    if slo.labels or slo.alerts.labels:
        after += {k: annotation.literal(v) for k, v in (*slo.labels, *slo.alerts.labels) if v}.items()
    return tuple(before), (*after, ("shard", ""))
