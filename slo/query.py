"""Queries of SLIs: a plain selector, or an expression in which `$window` stands for the range that slo needs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.model.sli import SliQuery
from slo.promql import PromqlError, Selector, naming, plain_selector, read, with_window
from slo.promql.spelling import WINDOW
from slo.selectors import check_names, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.promql.result import Parsed, Range


_MEASURE = re.compile(r"\s*(histogram_(?:quantile|avg|stddev|stdvar|fraction))\s*\(")


class Expression(msgspec.Struct, frozen=True):
    """PromQL that is more than a selector.

    Attributes:
        text: what the user wrote, on one line, comments removed, strings spelled by us, `$window` still in it.
        selectors: every selector in it, without duplicates.
        closed: it is a call or an aggregation, so that no operator beside it can tear it apart.
    """

    text: str
    selectors: tuple[Selector, ...]
    closed: bool = False

    def over(self, range_: str) -> str:
        """PromQL that may stand beside any operator, `$window` replaced by a duration."""
        text = with_window(self.text, range_)
        return text if self.closed else f"({text})"

    def __str__(self) -> str:
        """The text, for a person."""
        return self.text


Query = Selector | Expression


@lru_cache(maxsize=4096)
def parse_query(text: str) -> Query:
    """Read a selector or an expression.

    Raises:
        PromqlError: Prometheus would not read it.
    """
    plain = plain_selector(text)
    if plain is not None:
        return plain
    found = read(text)
    return found.whole or Expression(found.line, found.selectors, found.closed)


def selectors_of(query: Query) -> tuple[Selector, ...]:
    """Every selector that the query reads."""
    return query.selectors if isinstance(query, Expression) else (query,)


def sli_query(key: str, query: Query, *, counter: bool = False) -> SliQuery:
    """Return a query with its key in the file; `counter`: it counts events."""
    return SliQuery(key, selectors_of(query), query.text if isinstance(query, Expression) else "", counter)


def aggregated(query: Query, operator: str, by: Sequence[str], range_: str = "") -> str:
    """One value of each member: `max by (tenant) (queue_depth)`.

    Args:
        query: what is aggregated.
        operator: how.
        by: labels that tell members apart.
        range_: replaces `$window`.
    """
    return f"{operator}{by_labels(by)}({with_window(str(query), range_)})"


def by_labels(labels: Sequence[str]) -> str:
    """What comes behind an aggregation operator that keeps these labels."""
    return naming.by(labels)


def check_rate(text: str, place: Place) -> Iterator[Diagnostic]:
    """Every problem of a query that has to give events per second."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield unreadable(error, place)
        return
    yield from check_names(selectors_of(query), place)
    if isinstance(query, Expression):
        yield from _check_type(read(text), place) or _check_measure(text, place) or _check_ranges(read(text), place)


def check_value(text: str, place: Place) -> Iterator[Diagnostic]:
    """Every problem of a query that has to give the current value of something."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield unreadable(error, place)
        return
    yield from check_names(selectors_of(query), place)
    if isinstance(query, Expression):
        yield from _check_type(read(text), place)


_NOUNS = {"scalar": "a single number without labels", "string": "a text", "matrix": "a range of samples"}
_REPAIRS = {
    "scalar": "name a metric",
    "string": "name a metric",
    "matrix": "apply rate, max_over_time or another function of ranges",
}


def _check_type(found: Parsed, place: Place) -> list[Diagnostic]:
    if found.kind == "vector":
        return []
    message = f"this gives {_NOUNS[found.kind]}, not an instant vector"
    return [Diagnostic("SLO049", place, message, _REPAIRS[found.kind])]


def _check_measure(text: str, place: Place) -> list[Diagnostic]:
    """A measure of a distribution where events are to be counted."""
    found = _MEASURE.match(text)
    if not found:
        return []
    message = f'"{found[1]}" measures events and does not count them'
    hint = "count slow events: sli: {latency: {histogram: NAME, under: 300ms}}"
    return [Diagnostic("SLO046", place.within(found.start(1), len(found[1])), message, hint)]


def _check_ranges(found: Parsed, place: Place) -> list[Diagnostic]:
    """Rates that slo cannot multiply by the time they stand for."""
    wrong = [diagnostic for r in found.ranges for diagnostic in _check_range(found, r, place)]
    if wrong or any(r.window for r in found.ranges):
        return wrong
    message = f"[{WINDOW}] is missing, so this is no rate over the range that slo needs"
    return [Diagnostic("SLO048", place, message, f"write rate(requests_total[{WINDOW}]), or the selector alone")]


def _check_range(query: Parsed, found: Range, place: Place) -> Iterator[Diagnostic]:
    from slo.promql.counted import rate_instead  # noqa: PLC0415 - as below
    from slo.promql.functions import COUNTS, NO_RATES  # noqa: PLC0415 - files with plain selectors need no such tables

    function = found.function
    name = function.text if function else ""
    if function and (name in NO_RATES or (name in COUNTS and found.window)):
        message = f'"{name}" gives {NO_RATES.get(name, "counts")}, and events per second are needed'
        hint = rate_instead(query.tree, function.start)
        start = found.line.place(function.start)
        yield Diagnostic("SLO046", place.within(start, len(name)), message, hint)
    elif name == "rate" and not found.window:
        bracket = place.within(found.start, found.length)
        yield Diagnostic("SLO047", bracket, "slo has to choose the range of a rate", f"write [{WINDOW}]")
