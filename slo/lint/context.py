"""What checks of specifications get: a plan, and every query of its SLOs with its place in the file."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from slo.model import SliQuery, Slo
from slo.promql import Matcher, parse_expr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Place
    from slo.observe.metrics import Metrics
    from slo.plan.rules import Plan, PlannedSlo
    from slo.promql import Selector
    from slo.promql.tree import Node

_STATUSES = ("status", "code", "status_code", "http_response_status_code", "http.response.status_code")
_SERVER_ERRORS = frozenset(Matcher(label, "=~", "5..") for label in _STATUSES)


class SloQuery(SliQuery, frozen=True):
    """One query, and the SLO that it belongs to."""

    slo: Slo

    @property
    def kind(self) -> str:
        """The kind of the SLI."""
        return self.slo.sli.kind

    @property
    def place(self) -> Place:
        """The place of the query."""
        return self.slo.place.at("sli", self.kind, self.key)

    @property
    def tree(self) -> Node:
        """The syntax tree of the query."""
        return parse_expr(self.text).tree


class EventPair(msgspec.Struct, frozen=True):
    """The two queries of an SLO that counts events: two of total, good and bad, in this order."""

    first: SloQuery
    second: SloQuery


class LintContext:
    """A plan, and what several checks need to know about it, computed when first needed."""

    def __init__(self, plan: Plan, metrics: Metrics | None = None) -> None:
        """Wrap a plan; `metrics`: real metrics, if any are known."""
        self.plan = plan
        self._metrics = metrics

    def has_type(self, name: str) -> bool:
        """Whether metadata give the type of a metric, so that its name need not."""
        return self._metrics is not None and bool(self._metrics.kind(name))

    @property
    def slos(self) -> Iterator[Slo]:
        """All SLOs that have rules."""
        return (planned.slo for planned in self.plan.slos)

    @property
    def planned(self) -> tuple[PlannedSlo, ...]:
        """The same with their tiers and alerts."""
        return self.plan.slos

    @cached_property
    def queries(self) -> list[SloQuery]:
        """Every query of every SLO."""
        return [query for queries in self._by_slo for query in queries]

    @cached_property
    def _by_slo(self) -> list[list[SloQuery]]:
        return [queries_of(planned.slo) for planned in self.plan.slos]

    @cached_property
    def selectors(self) -> list[tuple[SloQuery, Selector]]:
        """Every selector of every query, those within expressions too."""
        return [(query, selector) for query in self.queries for selector in query.selectors]

    @cached_property
    def counters(self) -> list[tuple[SloQuery, Selector]]:
        """The plain selectors whose rate slo computes."""
        return [(query, query.selectors[0]) for query in self.queries if query.is_counter and not query.expression]

    @cached_property
    def expressions(self) -> list[SloQuery]:
        """The queries that are more than a selector."""
        return [query for query in self.queries if query.expression]

    @cached_property
    def pairs(self) -> list[EventPair]:
        """The queries of events, without the usual pair: a total, and the same with a status of 5xx."""
        of_events = [queries for queries in self._by_slo if queries[0].kind == "events"]
        return [EventPair(first, second) for first, second in of_events if not _is_usual(first, second)]

    @cached_property
    def by_file(self) -> dict[str, list[Slo]]:
        """The SLOs of each file, in order."""
        files: dict[str, list[Slo]] = {}
        for slo in self.slos:
            files.setdefault(slo.place.file, []).append(slo)
        return files


def queries_of(slo: Slo) -> list[SloQuery]:
    """Return the queries of one SLO."""
    return [SloQuery(q.key, q.selectors, q.expression, q.is_counter, slo) for q in slo.sli.queries()]


def _is_usual(first: SloQuery, second: SloQuery) -> bool:
    """Whether bad events are those of the total with a status of 5xx, which is correct."""
    total, bad = first.selector, second.selector
    if (first.key, second.key) != ("total", "bad") or total is None or bad is None or not bad.matchers:
        return False
    same = bad.name == total.name and bad.matchers[:-1] == total.matchers
    return same and bad.matchers[-1] in _SERVER_ERRORS
