"""Codes of lints about expressions that are PromQL and can never be right."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

EXPRESSIONS: dict[str, Entry] = {
    "SLO153": Entry(
        "A comparison without `bool`",
        "A comparison filters: it keeps the series that pass and drops the others. When no series passes, the query "
        "has no value, and a minute without a value is no slice. `count(up == 1) / count(up)` has no value in a total "
        "outage. Filters of a divisor, as in `a / (b > 0)`, and behind `and` and `unless` are fine.",
        "Write what the message says: with `bool` a comparison gives 0 or 1. Where slo replaces the missing value of a "
        "count by 0 itself, the text is only clearer.",
        Severity.WARNING,
    ),
    "SLO154": Entry(
        "A fallback that hides missing series",
        "`or vector(0)`, `or on() vector(1)` and `absent()` give a value when no series exist. The SLI then looks "
        "measured while nothing is: `NoData` is never raised, and an exporter that is gone counts as idle, as perfect "
        "or as a total failure. A fallback of the dividend alone, as in `(a or vector(0)) / b`, is fine.",
        "Leave the fallback out; bad and good events that did not happen yet count as 0 anyway. Where missing series "
        "are an outage, set `alerts: {no_data: page}`.",
        Severity.WARNING,
    ),
    "SLO155": Entry(
        "A needless fallback in bad",
        "While the total exists and bad events do not, slo counts 0 bad events. `or vector(0)` adds nothing to that.",
        "Leave it out.",
        Severity.INFO,
    ),
    "SLO156": Entry(
        "A fallback without the labels of the group",
        "`vector(0)` has no labels. Beside series that are grouped it is one more member, whose labels are empty.",
        "Leave it out: a member without bad series has 0 bad events.",
        Severity.WARNING,
    ),
}
