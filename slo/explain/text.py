"""The facts about an SLO as text for its owners and for on-call engineers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.explain import traffic_levels
from slo.explain.table import INDENT, entries, sentence, table
from slo.explain.units import days, number, one_of, percent, time, windows
from slo.promql import duration, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.explain.facts import AlertRoute, Facts, MemberFacts, TierFacts

_EXAMPLES = (1, 10, 100)
_COUNTED = {
    "events": "events",
    "slices": "slices: good and bad minutes",
    "ratio-slices": "ratio-slices: the mean of the error ratios of all minutes; each minute has the same weight, "
    "whatever its traffic",
}


def text(facts: Facts) -> str:
    """Return all facts as text without colour for a terminal of 100 columns."""
    parts = (
        [f"{facts.service}/{facts.slo}: {_one_line(facts.title)}"],
        ["Measurement", *_measured(facts)],
        ["Missing series", *_missing(facts)],
        ["Error budget", *_budget(facts)],
        ["Members of the group", *_members(facts)] if facts.members else [],
        ["Time to alert", *_alerted(facts)],
        ["Thresholds", *_thresholds(facts)] if facts.tiers else [],
        ["Effect of traffic", *traffic_levels.lines(facts)] if facts.tiers else [],
        ["Alerts and receivers", *_alerts(facts)],
        ["Series and queries", *_queries(facts)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _grouped(name: str, renamed: Mapping[str, str]) -> str:
    """Return a label of the group, with its name on the user's own series."""
    return f"{name} (the label {renamed[name]} of the series)" if name in renamed else name


def _measured(facts: Facts) -> list[str]:
    measured = facts.measured
    rows = [
        ("objective", f"{percent(facts.objective)} good, in a rolling window of {days(facts.window)}"),
        ("counted", _COUNTED[measured.unit]),
        ("good is", measured.good),
    ]
    if measured.group_by:
        labels = ", ".join(_grouped(name, measured.renamed) for name in measured.group_by)
        rows.append(("group", f"separate budget and alerts for each value of {labels}"))
    if measured.bridge:
        rows.append(("gaps", "events lost to late series and missed scrapes are counted (data_loss: bridge)"))
    rows += [
        ("left out", f"{left.when}{f' ({_one_line(left.reason)})' if left.reason else ''}")
        for left in measured.left_out
    ]
    return entries(rows)


def _missing(facts: Facts) -> list[str]:
    rows = [(INDENT + absent.selector, *sentence(absent.recorded, "      ")) for absent in facts.measured.absent]
    return [line for row in rows for line in row]


def _budget(facts: Facts) -> list[str]:
    unit, budget = facts.measured.unit, facts.budget
    lines = sentence(f"{percent(budget.share)} of the {unit} of {days(facts.window)}: {one_of(budget.share)}.")
    rows = [(f"at {percent(spending.error_ratio)} errors", _lasts(spending.seconds)) for spending in budget.lasts]
    rows[0] = ("in a total outage", rows[0][1])
    lines += entries([*_amounts(facts), *rows])
    if unit == "events" and budget.events is None:
        lines += sentence("Set the expected traffic for a number here: `traffic: {per_second: 10}`.")
    return lines


def _amounts(facts: Facts) -> list[tuple[str, str]]:
    """Return the budget in events: at the expected traffic, or at examples."""
    budget, unit = facts.budget, facts.measured.unit
    if budget.events is not None and budget.of is not None:
        each = " from each member" if facts.measured.group_by else ""
        return [
            (
                f"bad {unit}",
                f"{number(budget.events)} of the {number(budget.of)} expected in {days(facts.window)}{each}",
            )
        ]
    made = ((each, each * facts.window * budget.share) for each in _EXAMPLES)
    return [(f"at {each} event{'s' if each > 1 else ''}/s", f"{number(events)} bad events") for each, events in made]


def _lasts(seconds: float | None) -> str:
    if seconds is None:
        return "the budget is never spent"
    return f"the budget is spent after {time(seconds)}"


def _members(facts: Facts) -> list[str]:
    tiers = [tier.name for tier in facts.tiers]
    rows = [("members", "objective", "budget", "total outage", *tiers)]
    for member in facts.members:
        objective, budget = percent(member.objective), percent(member.budget)
        thresholds = [f"{threshold:f}" for threshold in member.thresholds.values()]
        rows.append((_match(member), objective, budget, time(member.outage_seconds), *thresholds))
    return [
        *table(rows),
        *sentence(f"Columns of tiers: the ratio of bad {facts.measured.unit} above which they fire."),
    ]


def _match(member: MemberFacts) -> str:
    return ", ".join(f"{name}={quote(value)}" for name, value in member.match.items()) or "all others"


def _alerted(facts: Facts) -> list[str]:
    if not facts.tiers:
        return sentence("No burn-rate alert: all tiers are disabled.")
    times = [f"at {percent(detection.error_ratio)}" for detection in facts.tiers[0].detection]
    rows = [("tier", "severity", *times, f"bad {facts.measured.unit}", "resolves within")]
    for tier in facts.tiers:
        errors = _ratio(tier) if tier.errors is None else number(tier.errors)
        rows.append((tier.name, tier.severity, *_detected(tier), errors, duration(tier.resets_after)))
    lines = table(rows)
    lines += sentence(
        "at N%: time from the first error until the tier fires, at an error ratio of N% after none; add one scrape and "
        f"one evaluation. bad {facts.measured.unit}: needed in the long window, at least {facts.min_bad_events} "
        f"(min_bad_events: {facts.min_bad_events_from}). resolves within: time after the last error, at most."
    )
    if facts.page == "ticket":
        lines += sentence("No pages: the paging tiers of the policy raise tickets (page: ticket).")
    if facts.disabled:
        lines += sentence(f"Disabled: {', '.join(facts.disabled)}.")
    return lines + _not_for_all(facts)


def _not_for_all(facts: Facts) -> list[str]:
    if len(facts.members) <= 1:
        return []
    return sentence("For members without an objective of their own; thresholds of the others: see above.")


def _detected(tier: TierFacts) -> list[str]:
    return ["never" if found.seconds is None else time(found.seconds) for found in tier.detection]


def _ratio(tier: TierFacts) -> str:
    return f"{percent(tier.threshold)} of {duration(tier.long)}"


def _thresholds(facts: Facts) -> list[str]:
    rows = [("tier", "threshold", "burn rate", "long / short", "budget spent when it fires")]
    rows += [
        (t.name, f"{t.threshold:f}", f"{t.burn_rate:f}", windows(t.long, t.short), percent(t.budget_spent))
        for t in facts.tiers
    ]
    lines = table(rows)
    lines += sentence(
        "threshold = part of the budget spent x SLO window / long window x error budget; the part and the windows are "
        f"those of the policy {facts.policy}:"
    )
    lines += table([(tier.name, tier.sum) for tier in facts.tiers])
    lines += entries((tier.name, tier.changed) for tier in facts.tiers if tier.changed)
    return lines


def _alerts(facts: Facts) -> list[str]:
    lines = []
    for name in dict.fromkeys(alert.name for alert in facts.alerts):
        lines.append(INDENT + name)
        mine = [alert for alert in facts.alerts if alert.name == name]
        lines += ["  " + line for line in entries((_label(alert), f"when {alert.fires}") for alert in mine)]
    absent = [what for what, tier in (("BudgetExhausted", "exhausted"), ("NoData", "no-data")) if not _has(facts, tier)]
    if absent:
        lines += sentence(f"Disabled: {', '.join(absent)}.")
    return lines + _receivers(facts) + _incident(facts)


def _label(alert: AlertRoute) -> str:
    return f"{alert.tier} ({alert.severity})"


def _has(facts: Facts, tier: str) -> bool:
    return any(alert.tier == tier for alert in facts.alerts)


def _receivers(facts: Facts) -> list[str]:
    by_severity = {alert.severity: alert.receivers for alert in facts.alerts}
    team = f"of team {facts.team} " if facts.team else ""
    return [
        line
        for severity, receivers in sorted(by_severity.items())
        for line in sentence(
            f"Alertmanager sends each {severity} {team}to the first of these receivers in its configuration: "
            f"{', '.join(receivers)}."
        )
    ]


def _incident(facts: Facts) -> list[str]:
    """Return which pages Alertmanager inhibits, because another one of the same incident fires."""
    causes, symptoms, lines = facts.incident.causes, facts.incident.symptoms, []
    if causes and any(tier.severity == "page" for tier in facts.tiers):
        lines += sentence(
            f"While a burn-rate alert pages, the target alertmanager inhibits pages of {', '.join(causes)}."
        )
    elif causes:
        lines += sentence(f"Possible causes: {', '.join(causes)}.")
    if symptoms and any(alert.severity == "page" for alert in facts.alerts):
        lines += sentence(
            f"The target alertmanager inhibits its pages while one of these pages: {', '.join(symptoms)}."
        )
    elif symptoms:
        lines += sentence(f"Symptoms: {', '.join(symptoms)}.")
    return lines


def _queries(facts: Facts) -> list[str]:
    lines = []
    for query in facts.series:
        lines += [INDENT + query.promql, *sentence(query.answers, "      ")]
    lines += ["", *sentence("Queries for Prometheus or Grafana:")]
    for query in facts.queries:
        lines += [*sentence(query.answers), *("      " + line for line in query.promql.split("\n"))]
    return lines
