"""Ask a server about all SLOs: a fixed number of instant queries, however many SLOs there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.promql import quote
from slo.serve.prometheus import Line, Sample

if TYPE_CHECKING:
    from slo.serve.prometheus import Prometheus

_INFO = "slo:info or on (shard) last_over_time(slo:info[1h])"
"""Of a shard whose rules have stopped, the SLOs of the last hour."""
_QUERIES = {
    "remaining": "slo:budget_remaining:ratio",
    "covered": "slo:window_covered:ratio",
    "recorded": '{__name__=~"slo:events:[^_]+",kind="covered"}',
    "errors": '{__name__=~"slo:error_ratio:.+"}',
    "rollups": '{__name__=~"slo:rollup_(?:error_ratio:.+|budget_remaining:ratio)"}',
    "evaluated": "last_over_time(slo:evaluated:timestamp_seconds[1h])",
    "maintenance": "slo:maintenance == 1",
    "alerts": "ALERTS",
    "since": "ALERTS_FOR_STATE",
}
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
    """Return what the server knows about all SLOs now: eleven queries.

    Raises:
        ObserveError: the server does not answer, or refuses a query.
    """
    info = prometheus.instant(_INFO)
    windows = "|".join(sorted({re.escape(sample.metric.get("window", "")) for sample in info}))
    names = quote(f"slo:events:(?:{windows})")
    events = prometheus.instant(f'{{__name__=~{names},kind=~"total|bad"}}') if info else []
    return Answers(info, events, **{name: prometheus.instant(query) for name, query in _QUERIES.items()})


def ask_trends(prometheus: Prometheus, now: float, span: float) -> list[Line]:
    """Return the remaining budgets of the last `span` seconds, a few points each.

    Raises:
        ObserveError: as above.
    """
    step = span / _TREND_POINTS
    end = now // step * step
    return prometheus.range("slo:budget_remaining:ratio", end - span, end, step)
