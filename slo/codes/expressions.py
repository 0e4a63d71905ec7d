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
    "SLO157": Entry(
        "A ratio where events are counted",
        "`total`, `good` and `bad` are numbers of events. A quotient of two rates is between 0 and 1 whatever the "
        "traffic: ten errors a second out of a hundred requests are recorded as a tenth of an event.",
        "Put the dividend into `bad` or `good` and the divisor into `total`. With a ratio alone use the SLI kind "
        "ratio.",
        Severity.WARNING,
    ),
    "SLO158": Entry(
        "A mean where events are counted",
        "`avg(rate(...))` is the events of one series out of many. Bad events have fewer or more series than all "
        "events, so that the two means are divided by different numbers.",
        "Write `sum` instead of `avg`.",
        Severity.WARNING,
    ),
    "SLO159": Entry(
        "Percent where a ratio of 0 to 1 is needed",
        "`error` and `success` are clamped to 0 to 1. A success of 50 % written as 50 counts as 1: nothing is ever "
        "bad.",
        "Divide by 100, or leave the factor 100 out. With `--prometheus` the values that the server has are looked at, "
        "too.",
        Severity.WARNING,
    ),
    "SLO160": Entry(
        "A factor of one query only",
        "Total, good and bad have to count in one unit. With `/ 60` in one of them alone, the error ratio is sixty "
        "times too large or too small.",
        "Take the factor out, or write it in both. Where one counter is sampled, ignore this finding and say so.",
        Severity.WARNING,
    ),
    "SLO161": Entry(
        "Several metrics in one selector",
        "`rate`, most other functions and arithmetic drop the name of the metric. As soon as two metrics of the "
        "pattern have a series with the same labels, Prometheus fails the rule at every evaluation: `vector cannot "
        "contain metrics with the same labelset`.",
        "Write a sum with one rate for each metric.",
        Severity.WARNING,
    ),
    "SLO162": Entry(
        "`or` where a sum is meant",
        "`a or b` is a, and of b only the series whose labels a does not have. Two sums without labels have the same "
        "ones: b is left out while a exists.",
        "Write `+`. Where b replaces a metric that was renamed, ignore this finding and say so.",
        Severity.WARNING,
    ),
    "SLO163": Entry(
        "A query of one moment",
        "`@` fixes the time that a selector or a subquery reads. Every evaluation sees the same samples, and the SLI "
        "never changes.",
        "Leave `@` out.",
        Severity.WARNING,
    ),
    "SLO164": Entry(
        "One query reads the past",
        "`offset` in one of two queries compares the bad events of one time with all events of another. The age of a "
        "timestamp is taken now, so that with `offset` every success looks older than it is.",
        "Write the same `offset` in both, or in none.",
        Severity.WARNING,
    ),
    "SLO165": Entry(
        "A join that loses its value",
        "Elsewhere an operand that has no series counts as 0. With `group_left` or `group_right` slo cannot see which "
        "labels it would have. Before the first error, say, the query has no value at all: a quotient raises `NoData`, "
        "and a sum of failures counts none.",
        "Write what the message says: `or` adds 0 for what is missing.",
        Severity.WARNING,
    ),
}
