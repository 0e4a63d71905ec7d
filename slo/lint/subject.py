"""What the lints look at: a plan, and every query of its SLOs with its place in the file."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import msgspec

from slo.promql import Matcher, Selector, read
from slo.query import Expression, Query
from slo.sli.events import Events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.model import Sli, Slo
    from slo.observe.metrics import Metrics
    from slo.plan.rules import Plan, PlannedSlo
    from slo.promql.tree import Node

    Lint = tuple[Callable[["Subject"], Iterator[Diagnostic]], str]
    """A lint, and the code of what it finds."""

_STATUSES = ("status", "code", "status_code", "http_response_status_code", "http.response.status_code")
_SERVER_ERRORS = frozenset(Matcher(label, "=~", "5..") for label in _STATUSES)


class Reading(msgspec.Struct, frozen=True):
    """One query of an SLO.

    Attributes:
        slo: whose query it is.
        kind: kind of its SLI, the key under `sli`.
        field: key of the query below it.
        query: what it reads.
        counted: it is taken for a counter of events: slo puts `rate` around it, or it must be a rate itself.
    """

    slo: Slo
    kind: str
    field: str
    query: Query
    counted: bool

    @property
    def place(self) -> Place:
        """The place of the query."""
        return self.slo.place.at("sli", self.kind, self.field)

    @property
    def tree(self) -> Node:
        """The syntax tree of the query."""
        return read(str(self.query)).tree


class Pair(msgspec.Struct, frozen=True):
    """The two queries of an SLO that counts events, and what they are called: two of total, good and bad."""

    slo: Slo
    first: str
    one: Query
    second: str
    other: Query


class Subject:
    """A plan and what follows from it for several lints, found when first asked for."""

    def __init__(self, plan: Plan, metrics: Metrics | None = None) -> None:
        """Look at a plan; `metrics`: what is known of real metrics."""
        self.plan = plan
        self._metrics = metrics

    def typed(self, name: str) -> bool:
        """Whether the type of a metric is known, so that its name need not tell."""
        return self._metrics is not None and bool(self._metrics.kind(name))

    @cached_property
    def special(self) -> bool:
        """Whether any SLO has what only some have: groups, traffic, expressions, dependencies, unusual bad events."""
        some = any(slo.group_by or slo.traffic is not None or slo.bridge or slo.depends_on for slo in self.slos)
        return some or bool(self.expressions or self.pairs or self.plan.options.prometheus) or self._unusual

    @property
    def _unusual(self) -> bool:
        """Whether any query is a ratio, or has a pattern as its metric name."""
        return any(r.kind == "ratio" or not s.name for r, s in self.selectors)

    @property
    def slos(self) -> Iterator[Slo]:
        """All SLOs that have rules."""
        return (planned.slo for planned in self.plan.slos)

    @property
    def planned(self) -> tuple[PlannedSlo, ...]:
        """The same with their tiers and alerts."""
        return self.plan.slos

    @cached_property
    def readings(self) -> list[Reading]:
        """Every query of every SLO."""
        return [reading for planned in self.plan.slos for reading in readings(planned.slo)]

    @cached_property
    def selectors(self) -> list[tuple[Reading, Selector]]:
        """Every selector of every query, those within expressions too."""
        return [
            (r, s)
            for r in self.readings
            for s in (r.query.selectors if isinstance(r.query, Expression) else (r.query,))
        ]

    @cached_property
    def counters(self) -> list[tuple[Reading, Selector]]:
        """The plain selectors that slo puts `rate` around."""
        return [(r, r.query) for r in self.readings if isinstance(r.query, Selector) and r.counted]

    @cached_property
    def expressions(self) -> list[tuple[Reading, Expression]]:
        """The queries that are more than a selector."""
        return [(r, r.query) for r in self.readings if isinstance(r.query, Expression)]

    @cached_property
    def pairs(self) -> list[Pair]:
        """The queries of events, without the pairs that most SLOs have: a total, and the same with a status of 5xx."""
        found = []
        for slo in self.slos:
            sli = measured(slo)
            if isinstance(sli, Events) and not _usual(sli.total, sli.bad):
                first, second = [name for name in ("total", "good", "bad") if getattr(sli, name) is not None]
                found.append(Pair(slo, first, getattr(sli, first), second, getattr(sli, second)))
        return found

    @cached_property
    def by_file(self) -> dict[str, list[Slo]]:
        """The SLOs of each file, in order."""
        files: dict[str, list[Slo]] = {}
        for slo in self.slos:
            files.setdefault(slo.place.file, []).append(slo)
        return files


def measured(slo: Slo) -> Sli:
    """The SLI itself, which slices may stand around."""
    inner: Sli = getattr(slo.sli, "inner", slo.sli)
    return inner


def _usual(total: Query | None, bad: Query | None) -> bool:
    """Whether bad events are those of the total with a status of 5xx: nothing is wrong with that."""
    if not isinstance(total, Selector) or not isinstance(bad, Selector) or not bad.matchers:
        return False
    same = bad.name == total.name and bad.matchers[:-1] == total.matchers
    return same and bad.matchers[-1] in _SERVER_ERRORS


def readings(slo: Slo) -> Iterator[Reading]:
    """The queries of one SLO: whatever its SLI, they are its fields that hold a query."""
    sli = measured(slo)
    kind, names = _query_fields(type(sli))
    for name in names:
        query = getattr(sli, name)
        if query is not None:
            key = ("success" if getattr(sli, "success", False) else "error") if kind == "ratio" else name
            yield Reading(slo, kind, key, query, kind == "events" or (name == "errors" and _is_counter(sli, query)))


def _is_counter(sli: Sli, errors: Selector) -> bool:
    """Errors of a latency SLI are a counter, unless they are told apart by the histogram itself."""
    histogram: Selector = getattr(sli, "histogram", errors)
    return errors.name != histogram.name


@lru_cache(maxsize=32)
def _query_fields(sli: type) -> tuple[str, tuple[str, ...]]:
    """The name of an SLI kind, and of its fields that hold queries: those that are annotated so."""
    notes = {name: str(note) for name, note in sli.__annotations__.items()}
    found = tuple(name for name, note in notes.items() if note.startswith(("Query", "Selector")))
    return sli.__name__.lower(), found
