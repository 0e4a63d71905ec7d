"""The facts about an SLO as a text that answers the questions of whoever owns it, or is on call for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.explain import traffic_text
from slo.explain.table import INDENT, entries, sentence, table
from slo.explain.units import days, number, one_of, share, time, windows
from slo.promql import duration, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.explain.values import AlertRoute, Facts, MemberFacts, TierFacts

_EXAMPLES = (1, 10, 100)
_COUNTED = {
    "events": "events, one by one",
    "slices": "slices: minutes that are good or bad as a whole",
    "ratio-slices": "ratio-slices: every minute is bad to a share, and the mean of these shares counts: a minute with "
    "a thousand events weighs no more than one with ten",
}


def text(facts: Facts) -> str:
    """The whole story, without colour, made for a terminal of 100 columns."""
    parts = (
        [f"{facts.service}/{facts.slo}: {_one_line(facts.title)}"],
        ["What is measured?", *_measured(facts)],
        ["What is recorded while a series is missing?", *_missing(facts)],
        ["How many errors may I make?", *_budget(facts)],
        ["Which budgets do the members of the group have?", *_members(facts)] if facts.members else [],
        ["When will I be paged, and when is there a ticket?", *_alerted(facts)],
        ["Why are these the thresholds?", *_thresholds(facts)] if facts.tiers else [],
        ["What does the traffic change?", *traffic_text.lines(facts)] if facts.tiers else [],
        ["Which alerts are there, and who gets them?", *_alerts(facts)],
        ["Where do I look?", *_looking(facts)],
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _grouped(name: str, renamed: Mapping[str, str]) -> str:
    """A label of the group, and what the user's own series call it."""
    return f"{name} (the label {renamed[name]} of the series)" if name in renamed else name


def _measured(facts: Facts) -> list[str]:
    measured = facts.measured
    rows = [
        ("objective", f"{share(facts.objective)} good, in a rolling window of {days(facts.window)}"),
        ("counted", _COUNTED[measured.unit]),
        ("good is", measured.good),
    ]
    if measured.group_by:
        labels = ", ".join(_grouped(name, measured.renamed) for name in measured.group_by)
        rows.append(("group", f"each value of {labels} has a budget and alerts of its own"))
    if measured.bridge:
        rows.append(
            ("gaps", "what series that appear late and missing scrapes would lose is counted (data_loss: bridge)")
        )
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
    lines = sentence(f"{share(budget.share)} of the {unit} of {days(facts.window)}: {one_of(budget.share)}.")
    rows = [(f"at {share(spending.error_ratio)} errors", _lasts(spending.seconds)) for spending in budget.lasts]
    rows[0] = ("in a total outage", rows[0][1])
    lines += entries([*_amounts(facts), *rows])
    if unit == "events" and budget.events is None:
        lines += sentence(
            "The traffic of this SLO is not given; `traffic: {per_second: 10}` would tell the number here."
        )
    return lines


def _amounts(facts: Facts) -> list[tuple[str, str]]:
    """The budget as a number: of what is expected, or at some traffic."""
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
        return "the budget is never spent: that many are allowed all the time"
    return f"the budget is spent after {time(seconds)}"


def _members(facts: Facts) -> list[str]:
    tiers = [tier.name for tier in facts.tiers]
    rows = [("members", "objective", "budget", "total outage", *tiers)]
    rows += [
        (_who(member), share(member.objective), share(member.budget), time(member.outage_seconds), *_above(member))
        for member in facts.members
    ]
    return [
        *table(rows),
        *sentence(f"Under the names of the tiers: the share of bad {facts.measured.unit} above which they fire."),
    ]


def _who(member: MemberFacts) -> str:
    return ", ".join(f"{name}={quote(value)}" for name, value in member.match.items()) or "all others"


def _above(member: MemberFacts) -> list[str]:
    return [f"{threshold:f}" for threshold in member.thresholds.values()]


def _alerted(facts: Facts) -> list[str]:
    if not facts.tiers:
        return sentence("Never because of the burn rate: all tiers are switched off.")
    ratios = [detection.error_ratio for detection in facts.tiers[0].detection]
    known = facts.tiers[0].errors is not None
    rows = [("tier", "severity", *(f"at {share(r)}" for r in ratios), f"bad {facts.measured.unit}", "ends within")]
    rows += [
        (tier.name, tier.severity, *_detected(tier), number(tier.errors or 0) if known else _part(tier), _over(tier))
        for tier in facts.tiers
    ]
    lines = table(rows)
    lines += sentence(
        "at N%: how long after the first error the tier fires when N% of everything is bad and all was well before; "
        "one scrape and one evaluation come on top. "
        f"bad {facts.measured.unit}: how many in the long window it takes, and at least {facts.min_bad_events} "
        f"(min_bad_events: {facts.min_bad_events_from}). ends within: how long the alert stays at most when the errors "
        "stop."
    )
    if facts.page == "ticket":
        lines += sentence("No page: the paging tiers of the policy raise tickets (page: ticket).")
    if facts.disabled:
        lines += sentence(f"Switched off: {', '.join(facts.disabled)}.")
    return lines + _not_for_all(facts)


def _not_for_all(facts: Facts) -> list[str]:
    if len(facts.members) <= 1:
        return []
    return sentence("For members that have no objective of their own; the thresholds of the others stand above.")


def _detected(tier: TierFacts) -> list[str]:
    return ["never" if found.seconds is None else time(found.seconds) for found in tier.detection]


def _part(tier: TierFacts) -> str:
    return f"{share(tier.threshold)} of {duration(tier.long)}"


def _over(tier: TierFacts) -> str:
    return duration(tier.resets_after)


def _thresholds(facts: Facts) -> list[str]:
    rows = [("tier", "threshold", "burn rate", "long / short", "budget spent when it fires")]
    rows += [
        (t.name, f"{t.threshold:f}", f"{t.burn_rate:f}", windows(t.long, t.short), share(t.budget_spent))
        for t in facts.tiers
    ]
    lines = table(rows)
    lines += sentence(
        "threshold = share of the budget that may be spent x SLO window / long window x error budget; the share and "
        f"the windows are those of the policy {facts.policy}:"
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
        lines += sentence(f"Switched off: {', '.join(absent)}.")
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
            f"Alertmanager sends each {severity} {team}to the first of these receivers that its configuration has: "
            f"{', '.join(receivers)}."
        )
    ]


def _incident(facts: Facts) -> list[str]:
    """Return which pages Alertmanager inhibits, because another one of the same incident fires."""
    causes, symptoms, lines = facts.incident.causes, facts.incident.symptoms, []
    if causes and any(tier.severity == "page" for tier in facts.tiers):
        lines += sentence(f"While a burn-rate alert pages, Alertmanager inhibits the pages of {', '.join(causes)}.")
    elif causes:
        lines += sentence(f"Possible causes: {', '.join(causes)}.")
    if symptoms and any(alert.severity == "page" for alert in facts.alerts):
        lines += sentence(f"Pages of this SLO are inhibited while one of these pages: {', '.join(symptoms)}.")
    elif symptoms:
        lines += sentence(f"Symptoms: {', '.join(symptoms)}.")
    return lines


def _looking(facts: Facts) -> list[str]:
    lines = []
    for query in facts.series:
        lines += [INDENT + query.promql, *sentence(query.answers, "      ")]
    lines += ["", *sentence("To paste into Prometheus or Grafana:")]
    for query in facts.queries:
        lines += [*sentence(query.answers), *("      " + line for line in query.promql.split("\n"))]
    return lines
