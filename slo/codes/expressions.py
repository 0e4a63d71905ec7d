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
}
