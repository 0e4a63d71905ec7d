"""Codes of lints about expressions that are valid PromQL and cannot be meant."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

EXPRESSIONS: dict[str, Entry] = {
    "SLO153": Entry(
        "A comparison without `bool`",
        "A comparison filters: it keeps the series that pass and drops the others. When no series passes, the query "
        "has no value, and the minute does not count. `count(up == 1) / count(up)` has no value in a total outage. "
        "Filters in a divisor, as in `a / (b > 0)`, and after `and` and `unless` are fine.",
        "Use the query in the message: with `bool` a comparison gives 0 or 1. If slo replaces the missing value of a "
        "count by 0 itself, the query is only clearer.",
        Severity.WARNING,
    ),
    "SLO154": Entry(
        "A fallback that hides missing series",
        "`or vector(0)`, `or on() vector(1)` and `absent()` give a value when no series exist. `NoData` never fires, "
        "and a missing exporter counts as no traffic, as success or as a total failure. A fallback in the dividend "
        "alone, as in `(a or vector(0)) / b`, is fine.",
        "Remove the fallback; good and bad events without series count as 0 anyway. If missing series are an outage, "
        "set `alerts: {no_data: page}`.",
        Severity.WARNING,
    ),
    "SLO155": Entry(
        "A needless fallback in bad",
        "While the total has series and bad has none, slo counts 0 bad events with or without `or vector(0)`.",
        "Remove it.",
        Severity.INFO,
    ),
    "SLO156": Entry(
        "A fallback without the labels of the group",
        "`vector(0)` has no labels. In a group it adds a member with empty labels.",
        "Remove it: a member without bad series has 0 bad events.",
        Severity.WARNING,
    ),
    "SLO157": Entry(
        "A ratio where events are counted",
        "`total`, `good` and `bad` are events per second. A quotient of two rates is between 0 and 1 at any traffic: "
        "ten errors in a hundred requests a second are recorded as a tenth of an event.",
        "Put the dividend into `bad` or `good` and the divisor into `total`. With a ratio alone use the SLI kind "
        "ratio.",
        Severity.WARNING,
    ),
    "SLO158": Entry(
        "A mean where events are counted",
        "`avg(rate(...))` divides by the number of series. Bad events have fewer series than all events, so the two "
        "means are divided by different numbers.",
        "Write `sum` instead of `avg`.",
        Severity.WARNING,
    ),
    "SLO159": Entry(
        "Percent where a ratio of 0 to 1 is needed",
        "`error` and `success` are clamped to 0 to 1. A success of 50 % written as 50 counts as 1, so the SLO "
        "never fails.",
        "Divide by 100, or remove the factor 100. With `--prometheus` slo also checks the values on the server.",
        Severity.WARNING,
    ),
    "SLO160": Entry(
        "A factor of one query only",
        "Total, good and bad have to count in one unit. With `/ 60` in only one of them, the error ratio is sixty "
        "times too large or too small.",
        "Remove the factor, or use it in both. If one counter is sampled, ignore this finding and give that reason.",
        Severity.WARNING,
    ),
    "SLO161": Entry(
        "Several metrics in one selector",
        "`rate`, most other functions and arithmetic drop the metric name. If two metrics that match have series with "
        "the same labels, every evaluation of the rule fails: `vector cannot contain metrics with the same labelset`.",
        "Write a sum with one rate for each metric.",
        Severity.WARNING,
    ),
    "SLO162": Entry(
        "`or` where a sum is meant",
        "`a or b` is a, plus the series of b whose labels a does not have. Two sums without labels have equal labels: "
        "b is dropped while a exists.",
        "Write `+`. If b replaces a renamed metric, ignore this finding and give that reason.",
        Severity.WARNING,
    ),
    "SLO163": Entry(
        "A query with a fixed time",
        "`@` fixes the time that a selector or a subquery reads. Every evaluation sees the same samples, and the SLI "
        "never changes.",
        "Remove `@`.",
        Severity.WARNING,
    ),
    "SLO164": Entry(
        "One query reads the past",
        "`offset` in one of two queries compares the bad events of one time with all events of another. In a timestamp "
        "it makes every success look older than it is.",
        "Write the same `offset` in both queries, or remove it.",
        Severity.WARNING,
    ),
    "SLO165": Entry(
        "A join that loses its value",
        "An operand without series counts as 0, except with `group_left` or `group_right`, where slo cannot derive its "
        "labels. Before the first error, for example, the query has no value: a quotient raises `NoData`, and a sum of "
        "failures counts no failure.",
        "Use the query in the message: `or` adds 0 for the missing operand.",
        Severity.WARNING,
    ),
}
