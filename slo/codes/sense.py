"""Codes of lints about what an SLO says: names, windows, traffic, alerts, groups."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

SENSE: dict[str, Entry] = {
    "SLO090": Entry(
        "No owner",
        "Alerts carry the owner as the label `team`, and Alertmanager routes by it. Without one they all end at the "
        "default receiver, where nobody feels meant.",
        "Write `owner: TEAM` once for the file, or for single SLOs.",
        Severity.INFO,
    ),
    "SLO091": Entry(
        "No title",
        "The title is what a person reads first when paged. A name such as api-latency says what is measured, not what "
        "users miss.",
        "Write a sentence from the users' view: `title: Customers can place an order`.",
        Severity.INFO,
    ),
    "SLO092": Entry(
        "No link to a runbook",
        "Whoever is paged at night needs the next step, not only the fact. The link stands in the annotation "
        "`runbook_url` of every alert.",
        'Write `links: {runbooks: "https://wiki.example/runbooks/{alert}"}`; {alert} becomes the alert\'s name.',
        Severity.INFO,
    ),
    "SLO093": Entry(
        "Two SLOs with one title",
        "Summaries of alerts begin with the title, so that the alerts of both SLOs read the same in a chat or on a "
        "phone.",
        "Say in each title what is different.",
        Severity.WARNING,
    ),
    "SLO094": Entry(
        "The same SLO twice",
        "Two SLOs have the same SLI, objective and window, so they always raise the same alerts. Most often one is a "
        "copy in which the selector was not changed.",
        "Correct the copy, or remove it.",
        Severity.INFO,
    ),
    "SLO095": Entry(
        "An objective that no alert can defend",
        "Above 99.999% a total outage spends the whole budget of a month in less than half a minute: before a server "
        "is scraped twice, and long before anybody is awake.",
        "Promise less, or defend the objective by design and canaries instead of alerts.",
        Severity.WARNING,
    ),
    "SLO096": Entry(
        "Less than one bad minute in the budget",
        "The budget is counted in whole minutes, and the objective allows less than one in the window: it is either "
        "untouched or exhausted.",
        "Lower the objective, lengthen the window, or count events instead of minutes.",
        Severity.WARNING,
    ),
    "SLO097": Entry(
        "An alert looks further back than its SLO",
        "The long window of a tier is longer than the window of the SLO. It may fire for errors that the budget does "
        "not hold any more.",
        "Shorten the tier's long window, or choose the policy `workbook`, which follows the SLO's window.",
        Severity.WARNING,
    ),
    "SLO098": Entry(
        "A window that is no whole number of weeks",
        "Traffic and releases follow the week. A window of ten days holds one weekend today and two on another day, so "
        "that the budget moves although nothing has changed. From four weeks up the difference is small.",
        "Take a multiple of 7d, or a window of at least 28d.",
        Severity.INFO,
    ),
    "SLO099": Entry(
        "Minutes without a sample",
        "This SLI judges every minute, and its source is scraped less often. Minutes without a sample of their own are "
        "no evidence; they are left out or repeat the minute before.",
        "Scrape at least every minute.",
        Severity.WARNING,
    ),
    "SLO100": Entry(
        "Scraped too rarely for fast alerts",
        "The shortest window is five minutes. With few samples in it an alert comes up to a scrape interval later, and "
        "each scrape that is lost is a good part of the window.",
        "Scrape at least every minute.",
        Severity.INFO,
    ),
    "SLO101": Entry(
        "Evaluated rarely",
        "Rules are evaluated so rarely that alerts come late, and that a single missed evaluation leaves a hole: "
        "Prometheus looks back five minutes for a sample, and no further.",
        "Set `interval: 1m`, the default, or less.",
        Severity.INFO,
    ),
    "SLO102": Entry(
        "Unknown traffic",
        "Whether a single failure pages somebody, and how many it takes, follows from the traffic at the quietest "
        "hour. Without it at least two bad events are required, and `slo explain` cannot count.",
        "Write `traffic: {per_second: 0.5}`.",
        Severity.INFO,
    ),
    "SLO103": Entry(
        "A single failure raises an alert",
        "At this traffic one bad event is more than the share at which the tier fires, and `min_bad_events: 1` lets "
        "it. Somebody will be paged for one failed request.",
        "Raise `min_bad_events`, or leave it out: it then follows from the traffic.",
        Severity.WARNING,
    ),
    "SLO104": Entry(
        "Alerts come after the budget is spent",
        "`min_bad_events` is more than the bad events that the whole budget allows at this traffic.",
        "Lower `min_bad_events`, or lower the objective: with so few events it asks for more than can be seen.",
        Severity.WARNING,
    ),
    "SLO105": Entry(
        "Every tier is disabled",
        "Nobody is told while the budget burns; the alerts that are left come when it is spent, or when data is "
        "missing.",
        "Leave at least one tier on.",
        Severity.INFO,
    ),
    "SLO106": Entry(
        "No alert at all",
        "All tiers, `exhausted` and `no_data` are switched off: nothing about this SLO ever reaches anybody, not even "
        "that it cannot be measured any more.",
        "Leave `no_data` and a tier on. Where the SLO is only for reports, ignore this finding and say so.",
        Severity.WARNING,
    ),
    "SLO107": Entry(
        "A label replaces that of the group",
        "Labels of alerts win over those of series. The alerts of all members of the group would carry the same value, "
        "and Prometheus stops evaluating a rule whose alerts have equal labels.",
        "Rename the label under `labels`, or leave it out: alerts carry the group's labels anyway.",
    ),
    "SLO108": Entry(
        "Grouped by something that does not last",
        "Names of pods and containers change with every deployment. Each begins with a full budget and is gone before "
        "its window is over, so that no budget ever means anything; the recorded series add up.",
        "Group by what stays: a service, a region, a tenant. Aggregate over pods.",
        Severity.WARNING,
    ),
    "SLO109": Entry(
        "Grouped by something that may have many values",
        "Paths hold identifiers unless they are templates, and instances come and go where machines are replaced. "
        "Every value that was ever seen keeps a budget for a whole window.",
        "Count the values: `slo lint --metrics URL` does. Route templates and fixed machines are fine.",
        Severity.INFO,
    ),
    "SLO110": Entry(
        "Grouped by something without limit",
        "There is a value for each user, session or request, and each gets a budget, alerts and dozens of recorded "
        "series. Prometheus runs out of memory.",
        "Group by something with few values, such as the plan of a customer instead of the customer's user.",
        Severity.WARNING,
    ),
    "SLO111": Entry(
        "What a member of a group costs",
        "Each member of a group has recorded series of its own: events of three kinds and a ratio for each window, and "
        "four facts about its budget. The number of members is multiplied by that.",
        "Nothing has to be done. Compare the number with what your Prometheus holds (`prometheus_tsdb_head_series`).",
        Severity.INFO,
    ),
    "SLO145": Entry(
        "Not a template",
        "Prometheus fills templates such as {{ $value }} into annotations and labels. Those that a specification gives "
        "are shown as they stand, so that no text can break the rules.",
        "Leave the braces out. The description of every alert has the burn rate and what is left of the budget.",
        Severity.INFO,
    ),
    "SLO149": Entry(
        "Alert labels that need a newer Alertmanager",
        "Prometheus 3 has labels such as http.route, and the alerts of a group carry them. Alertmanager before 0.27 "
        "refuses such alerts, and before 0.28.1 it refuses such labels under `equal` of an inhibition rule.",
        "Use Alertmanager 0.28.1 or newer, or give records and alerts another name: "
        '`group_by: [{label: "http.route", as: http_route}]`.',
        Severity.INFO,
    ),
}
