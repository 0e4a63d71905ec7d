"""Ask a server about all SLOs: a fixed number of instant queries, however many SLOs there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.promql import quote
from slo.serve.prometheus import Line, Sample

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.serve.prometheus import Prometheus

_EVALUATED = "last_over_time(slo:evaluated:timestamp_seconds[1h])"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUERIES = {
    "recorded": '{__name__=~"slo:events:[^_]+",kind="covered"}',
    "errors": '{__name__=~"slo:error_ratio:.+"}',
    "rollups": '{__name__=~"slo:rollup_(?:error_ratio:.+|budget_remaining:ratio)"}',
    "maintenance": "slo:maintenance == 1",
    "alerts": "ALERTS",
    "since": "ALERTS_FOR_STATE",
}
_LEFT, _COVERED = "slo:budget_remaining:ratio", "slo:window_covered:ratio"
_BUDGETS = f'{{__name__=~"{_LEFT}|{_COVERED}"}}'
_TREND_POINTS = 24


class Answers(msgspec.Struct, frozen=True):
    """The samples of each query, by its name."""

    info: list[Sample] = []
    events: list[Sample] = []
    remaining: list[Sample] = []
    covered: list[Sample] = []
    recorded: list[Sample] = []
    errors: list[Sample] = []
    rollups: list[Sample] = []
    evaluated: list[Sample] = []
    maintenance: list[Sample] = []
    alerts: list[Sample] = []
    since: list[Sample] = []


def ask(prometheus: Prometheus) -> Answers:
    """Return what the server knows about all SLOs now: ten queries.

    Raises:
        ObserveError: the server does not answer, or refuses a query.
    """
    evaluated = prometheus.instant(_EVALUATED)
    # Of a shard whose rules have stopped, the SLOs of the last hour.
    shard = ", ".join(["shard", *external(evaluated)])
    info = prometheus.instant(f"slo:info or on ({shard}) last_over_time(slo:info[1h])")
    windows = "|".join(sorted({re.escape(sample.metric.get("window", "")) for sample in info}))
    names = quote(f"slo:events:(?:{windows})")
    events = prometheus.instant(f'{{__name__=~{names},kind=~"total|bad"}}') if info else []
    budgets = prometheus.instant(_BUDGETS)
    remaining, covered = (
        [each for each in budgets if each.metric.get("__name__") == name] for name in (_LEFT, _COVERED)
    )
    others = {name: prometheus.instant(query) for name, query in _QUERIES.items()}
    return Answers(info, events, remaining, covered, evaluated=evaluated, **others)


def external(evaluated: Iterable[Sample]) -> list[str]:
    """Return the external labels of the servers behind this one: a rule records `shard` alone."""
    names = {name for sample in evaluated for name in sample.metric} - {"__name__", "shard"}
    return sorted(name for name in names if _PLAIN.fullmatch(name))


def ask_trends(prometheus: Prometheus, now: float, span: float) -> list[Line]:
    """Return the remaining budgets of the last `span` seconds, a few points each.

    Raises:
        ObserveError: as above.
    """
    step = span / _TREND_POINTS
    end = now // step * step
    return prometheus.range(_LEFT, end - span, end, step)
