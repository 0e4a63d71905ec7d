"""Solve for the growth of counters per good and per bad event, so that event queries count exactly these events."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import msgspec

from slo.inputs.evaluate import Server, refuse_constant
from slo.inputs.figures import decimal, near
from slo.inputs.linear import columns, form_of
from slo.inputs.source import Input, UndrivenError, inputs, sources, tree_of
from slo.model import InputSeries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.model import Labels
    from slo.promql.tree import Node
    from slo.query import Query

_MOST_CLASSES = 6
_MOST = 3
_GAUGES = (1.0, 0.0, None)
_MOST_GAUGES = 3
_NONE, _ONE, _MANY = Fraction(0), Fraction(1), Fraction(10_000)

Growth = tuple[Fraction, ...]
"""What one event adds to each input series; 0 for gauges."""
Classes = dict[tuple[Fraction, Fraction], list[int]]
"""(Effect on all events, effect on bad events) -> indices of the series with these coefficients."""


class _Asked(msgspec.Struct, frozen=True):
    """The two queries of the SLI as trees.

    Attributes:
        first: total, or good where total is not given.
        second: good or bad.
        wholes: the first query is total.
        goods: the second query is good.
        member: labels that the result must have; empty without group_by.
    """

    first: Node
    second: Node
    wholes: bool
    goods: bool
    member: Labels

    @property
    def known(self) -> tuple[Node, ...]:
        """The queries that must have a value."""
        return (self.first,) if self.wholes else (self.first, self.second)

    def counted(self, one: Fraction, other: Fraction) -> tuple[Fraction, Fraction]:
        """Return (all events, bad events) for the values of the two queries."""
        total = one if self.wholes else one + other
        return total, total - other if self.goods else other


def increments(
    total: Query | None, good: Query | None, bad: Query | None, member: Labels = ()
) -> tuple[InputSeries, ...]:
    """Return counters with their increments per good and per bad event, and constant gauges that the queries also read.

    Raises:
        UndrivenError: no such series were found; the message has the reason.
    """
    first, second = (q for q in (total, good, bad) if q is not None)
    asked = _Asked(tree_of(first), tree_of(second), total is not None, total is not None and good is not None, member)
    found = sources((asked.first, asked.second))
    made = inputs(found, member)
    server = Server.of(made, [source.selector for source in found], completed=True)
    for together in (True, False):
        forms = [form_of(tree, server, together=together) for tree in (asked.first, asked.second)]
        sums = [asked.counted(*column) for column in columns(forms, len(made))]
        grown = _solution(sums, bad=False), _solution(sums, bad=True)
        for gauges in _gauges(made):
            refuse_constant(server, asked.known, gauges)
            if all(_proven(asked, server, gauges, pair) for pair in _mixtures(*grown)):
                fed = (_feed(*row) for row in zip(made, *grown, gauges, strict=True))
                return tuple(feed for feed in fed if feed)
    raise UndrivenError("its query does more than add up rates")


def _solution(sums: Sequence[tuple[Fraction, Fraction]], *, bad: bool) -> Growth:
    """Find the growth for one event, good or bad, that uses as many series as possible.

    Series with the same coefficients share the growth equally.
    """
    classes: Classes = defaultdict(list)
    for number, column in enumerate(sums):
        if any(column):
            classes[column].append(number)
    best: tuple[tuple[int, int], tuple[int, ...]] | None = None
    for times in product(range(_MOST + 1), repeat=min(len(classes), _MOST_CLASSES)):
        events, failures = _made(times, classes)
        rank = sum(map(bool, times)), -sum(times)
        if events > 0 and failures == (events if bad else 0) and (best is None or rank > best[0]):
            best = rank, times
    if best is None:
        msg = f"no series of its queries makes a {'bad' if bad else 'good'} event alone"
        raise UndrivenError(msg)
    return _growth(best[1], classes, len(sums))


def _made(times: Sequence[int], classes: Classes) -> tuple[Fraction, Fraction]:
    """Return (events, bad events) if each class grows this many times by one event."""
    rows = [[value / max(map(abs, column)) for value in column] for column in classes]
    every, failed = ([t * row[n] for t, row in zip(times, rows, strict=False)] for n in (0, 1))
    return sum(every, Fraction(0)), sum(failed, Fraction(0))


def _growth(times: Sequence[int], classes: Classes, count: int) -> Growth:
    """Return the growth of each series for one event."""
    events, _ = _made(times, classes)
    grown = [Fraction(0)] * count
    for often, (column, members) in zip(times, classes.items(), strict=False):
        for number, part in zip(members, _parts(len(members)), strict=True):
            grown[number] = often * part / events / max(map(abs, column))
    return tuple(grown)


def _parts(count: int) -> Iterator[Fraction]:
    """Split 1 into parts with few decimal places."""
    places = 10 ** len(str(count - 1))
    for number in range(count):
        yield Fraction(places // count + (number < places % count), places)


def _gauges(made: Sequence[Input]) -> Iterator[tuple[float | None, ...]]:
    """Yield candidate values of the gauges: 1, 0, or no series."""
    kinds = [one.source.kind for one in made]
    if kinds.count("gauge") > _MOST_GAUGES:
        raise UndrivenError("its query reads many gauges")
    yield from product(*(_GAUGES if kind == "gauge" else (0.0,) for kind in kinds))


def _mixtures(good: Growth, bad: Growth) -> Iterator[tuple[Growth, Fraction, Fraction]]:
    """Yield (growth, good events, bad events): one good, one bad, and mixtures of few and many."""
    for goods, bads in ((_ONE, _NONE), (_NONE, _ONE), (_MANY, _ONE), (_NONE, 1 / _MANY), (_MANY, _MANY)):
        yield tuple(goods * one + bads * other for one, other in zip(good, bad, strict=True)), goods, bads


def _proven(
    asked: _Asked, server: Server, gauges: Sequence[float | None], mixture: tuple[Growth, Fraction, Fraction]
) -> bool:
    """Check that the queries count these events; without bad ones, also before series of failures exist."""
    grown, goods, bads = mixture
    values = [
        g if one.source.kind == "gauge" else float(x) for one, x, g in zip(server.inputs, grown, gauges, strict=True)
    ]
    every = (
        [values] if bads else [values, [None if v == 0 and g == 0 else v for v, g in zip(values, gauges, strict=True)]]
    )
    return all(_counts(asked, server, row, goods, bads) for row in every)


def _counts(asked: _Asked, server: Server, values: Sequence[float | None], goods: Fraction, bads: Fraction) -> bool:
    one, other = (_of_member(server.vector(tree, values), asked.member) for tree in (asked.first, asked.second))
    if one is None or (other is None and asked.goods):
        return False
    total = one if asked.wholes else one + (other or 0)
    failed = total - (other or 0) if asked.goods else other or 0
    return near(total, float(goods + bads)) and near(failed, float(bads))


def _of_member(found: dict[frozenset[tuple[str, str]], float], member: Labels) -> float | None:
    """Sum the samples of this member; None without samples, or with samples of another member."""
    names = {name for name, _ in member}
    sums: dict[frozenset[tuple[str, str]], float] = defaultdict(float)
    for labels, value in found.items():
        sums[frozenset(pair for pair in labels if pair[0] in names)] += value
    return sums.get(frozenset(member)) if len(sums) == 1 else None


def _feed(one: Input, good: Fraction, bad: Fraction, gauge: float | None) -> InputSeries | None:
    if one.source.kind != "gauge":
        return InputSeries(one.series, decimal(good), decimal(bad))
    return None if gauge is None else InputSeries(one.series, int(gauge), int(gauge), "constant")
