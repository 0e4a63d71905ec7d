"""SLI kind `events`: good and bad events, counted by two counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.inputs import bucketed, increments
from slo.model import (
    NO_DATA,
    NO_FAILURES,
    NO_SUCCESS,
    NOT_YET,
    UNKNOWN_BUCKET,
    CountingWindow,
    Counts,
    InputSeries,
    Unit,
)
from slo.promql import Matcher, Selector
from slo.query import Query, check_rate, parse_query, selectors_of, sli_query
from slo.query.counting import MetricPair, events, where_measured
from slo.query.operands import BAD, GOOD, NEUTRAL, belongs, buckets_of, makes_labels, metrics, operands
from slo.query.series import example
from slo.query.zero_fill import QueryFacts, union_sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.model import Labels, Missing, SliQuery, UnitOfMetric
    from slo.query.operands import Buckets

_FIELDS = ("total", "good", "bad")


class EventsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`events: {total, bad}`, `{total, good}` or `{good, bad}`: counters, or PromQL that gives events per second."""

    EVENTS: ClassVar[bool] = True
    SHORT: ClassVar[str] = ""

    total: str | None = None
    good: str | None = None
    bad: str | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Yield findings unless there are two of the three, each of them a rate."""
        given = [name for name in _FIELDS if getattr(self, name) is not None]
        if len(given) != 2:  # noqa: PLR2004 - two of three
            shown = ", ".join(given) if given else "none"
            yield Diagnostic("SLO042", place, f"events needs exactly two of total, good and bad; here: {shown}")
        for name in given:
            yield from check_rate(getattr(self, name), place.at(name))

    def build(self) -> Events:
        """Return the SLI; only for a spec that `check` passed."""
        parsed = {name: parse_query(text) for name in _FIELDS if (text := getattr(self, name)) is not None}
        return Events(parsed.get("total"), parsed.get("good"), parsed.get("bad"))


class Events(msgspec.Struct, frozen=True):
    """Good and bad events from counters; exactly one of the three queries is None."""

    total: Query | None
    good: Query | None
    bad: Query | None
    unit: Unit = "events"
    scales: bool = True
    kind: ClassVar[str] = "events"
    counts_events: ClassVar[bool] = True
    is_fraction: ClassVar[bool] = False

    def queries(self) -> tuple[SliQuery, ...]:
        """Return the two queries that are given."""
        return tuple(sli_query(name, query, counter=True) for name, query in self._by_key().items())

    def _by_key(self) -> dict[str, Query]:
        named = {"total": self.total, "good": self.good, "bad": self.bad}
        return {name: query for name, query in named.items() if query is not None}

    def histogram_limit(self) -> None:
        """Return None: no histogram is read."""

    def metric_units(self) -> tuple[UnitOfMetric, ...]:
        """Return nothing: no unit matters."""
        return ()

    def counts(self, base: CountingWindow) -> Counts:
        """Return the two counters that are given, and the third from them; without bad series, no event is bad."""
        buckets = buckets_of(self.selectors())
        total = self._all(base, buckets)
        if pairs := tuple(self._metric_pairs(buckets)):
            total = where_measured(total, pairs, base, by=not any(map(makes_labels, self._by_key().values())))
        return Counts(total, self._failed(base, buckets))

    def _all(self, base: CountingWindow, buckets: Buckets) -> str:
        if self.total is not None:
            return events(self.total, base, QueryFacts(NEUTRAL, buckets))
        both = _given(self.good), _given(self.bad)
        signed = zip(both, (GOOD, BAD), strict=True)
        return union_sum([events(query, base, QueryFacts(sign, buckets), *both) for query, sign in signed])

    def _failed(self, base: CountingWindow, buckets: Buckets) -> str:
        others = tuple(q for q in (self.total or self.good,) if q)
        if self.bad is None:
            good = events(_given(self.good), base, QueryFacts(GOOD, buckets), *others)
            return f"clamp_min({base.total} - ({good} or 0 * {base.total}), 0)"
        whole = frozenset(metrics(selectors_of(self.total)) - {""} if self.total else ())
        bad = events(self.bad, base, QueryFacts(BAD, buckets, whole), *others)
        return f"{bad}{'' if _is_part(self.bad, self.total) else f' and {base.total}'}\nor 0 * {base.total}"

    def _metric_pairs(self, buckets: Buckets) -> Iterator[MetricPair]:
        """Yield the metrics that may disappear without each other; none if one metric counts both queries.

        One metric that counts good and failed events and shows failures only means that every event failed. A second
        metric for good events may have been renamed.
        """
        first = _given(self.good) if self.total is None else self.total
        sign = GOOD if self.total and self.good else BAD
        other = _given(self.good if sign == GOOD else self.bad)
        if _is_part(other, first):
            return
        every, parts = _added(operands(first, GOOD), GOOD), operands(other, sign)
        own = _added(parts, sign)
        if self.total is not None and own and set(own) < set(every):
            yield from _of_a_sum(own, tuple(one for one in every if one not in own), sign)
            return
        seen = metrics(selectors_of(first)) - {""}
        if new := _of_others(own, seen, buckets):
            yield MetricPair(every, new)
        good = own if sign == GOOD else _added(parts, GOOD) if metrics(own) <= seen else ()
        if good and len(new := _of_others(good, seen, buckets)) == len(good):
            yield MetricPair(new, every)
        for counter, needed in buckets.items():
            if not metrics([counter]) <= seen:
                yield MetricPair(needed, (counter,))

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of both queries."""
        return tuple(dict.fromkeys(s for q in self._by_key().values() for s in selectors_of(q)))

    def missing(self) -> Missing:
        """Return for each operand what is recorded while it has no series."""
        buckets = buckets_of(self.selectors())
        needed = {one for pair in self._metric_pairs(buckets) for one in pair.needed}
        rows: dict[Selector, str] = {}
        for query, sign in ((self.total, NEUTRAL), (self.good, GOOD), (self.bad, BAD)):
            signed = operands(query, sign or GOOD) if query else ()
            added = _added(signed, sign or GOOD)
            for one, _ in signed:
                text = _without(sign, one, added, needed=one in needed)
                rows.setdefault(one, UNKNOWN_BUCKET if belongs(one, buckets) else text)
        return tuple(rows.items())

    def input_series(self, member: Labels = ()) -> tuple[InputSeries, ...]:
        """Return series that only good events increase, and series that bad ones increase."""
        return self._plain(member) or increments(self.total, self.good, self.bad, member)

    def _plain(self, member: Labels) -> tuple[InputSeries, ...]:
        """Return the two series of two selectors; empty if they are not enough."""
        total, good, bad = (_of_member(q, member) for q in (self.total, self.good, self.bad))
        if any(not isinstance(q, Selector) for q in self._by_key().values()):
            return ()
        if total is None:
            return _input_series_of((good, bad, 1, 0), (bad, good, 0, 1))
        part, units = (good, (1, 0)) if bad is None else (bad, (0, 1))
        if part is None or part.name != total.name:
            return (
                ()
                if bucketed(total, [part] if part else [])
                else _input_series_of((total, None, 1, 1), (part, None, *units))
            )
        rest = example((total,), without=(part,))
        both = example((total, part))
        if rest is None or both is None:
            return ()
        return (InputSeries(rest, good=units[1], bad=units[0]), InputSeries(both, good=units[0], bad=units[1]))

    def describe(self) -> str:
        """Return one line that says what a good event is."""
        if self.good is None:
            return f"an event of {self.total} that is not one of {self.bad}"
        return f"an event of {self.good}"


def _added(signed: Iterable[tuple[Selector, int]], sign: int) -> tuple[Selector, ...]:
    """Return the operands that are added, not subtracted, each once."""
    return tuple(dict.fromkeys(one for one, own in signed if own == sign))


def _of_others(selectors: Iterable[Selector], seen: set[str], buckets: Buckets) -> tuple[Selector, ...]:
    """Return those of metrics not yet seen, except buckets of a histogram that is counted anyway."""
    return tuple(one for one in selectors if not metrics([one]) <= seen and not belongs(one, buckets))


def _of_a_sum(own: tuple[Selector, ...], rest: tuple[Selector, ...], sign: int) -> Iterator[MetricPair]:
    """Yield the pair of a total that adds up good and bad events, as if `good` and `bad` were given."""
    if not metrics(own) & metrics(rest):
        yield MetricPair(own, rest) if sign == GOOD else MetricPair(rest, own)


def _without(sign: int, one: Selector, added: tuple[Selector, ...], *, needed: bool) -> str:
    """Return what is recorded while one operand of a query has no series; `sign`: see `slo.query.operands`."""
    if one in added:
        several = NOT_YET if len(added) > 1 else NO_DATA if needed or sign == NEUTRAL else NO_SUCCESS
        return NO_FAILURES if sign == BAD else several
    if needed:
        return NO_DATA
    return NO_SUCCESS if sign == BAD and metrics([one]) <= metrics(added) else NOT_YET


def _is_part(part: Query, whole: Query | None) -> bool:
    """Whether every series that matches the part also matches the whole."""
    both = isinstance(part, Selector) and isinstance(whole, Selector) and part.name == whole.name != ""
    return (
        both
        and isinstance(part, Selector)
        and isinstance(whole, Selector)
        and set(whole.matchers) <= set(part.matchers)
    )


def _given(query: Query | None) -> Query:
    if query is None:
        raise TypeError("events needs two of its three queries; `check` refuses less")
    return query


def _of_member(query: Query | None, member: Labels) -> Selector | None:
    if not isinstance(query, Selector):
        return None
    return query.renamed(query.name, *(Matcher(name, "=", value) for name, value in member))


def _input_series_of(*rows: tuple[Selector | None, Selector | None, int, int]) -> tuple[InputSeries, ...]:
    """Return series for rows of (selector, selector to avoid, units per good event, per bad event)."""
    made = []
    for selector, other, good, bad in rows:
        series = example((selector,), without=(other,) if other else ()) if selector else None
        if series is None:
            return ()
        made.append(InputSeries(series, good, bad))
    return tuple(made)
