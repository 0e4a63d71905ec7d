"""How counters have to grow with each good and each bad event, so that queries for events per second count them."""

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
from slo.model import Feed

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
"""What one event adds to each input series; nothing to gauges."""
Classes = dict[tuple[Fraction, Fraction], list[int]]
"""What some series add to all events and to bad ones, and the numbers of these series."""


class _Asked(msgspec.Struct, frozen=True):
    """The two queries that are given, as trees, and what they count: all events or the good ones, and one of these.

    Attributes:
        first: total, or good where total is not given.
        second: good or bad.
        wholes: the first one is total.
        goods: the second one is good.
        member: labels that the value has to have, or none.
    """

    first: Node
    second: Node
    wholes: bool
    goods: bool
    member: Labels

    @property
    def known(self) -> tuple[Node, ...]:
        """The queries without which nothing is known."""
        return (self.first,) if self.wholes else (self.first, self.second)

    def counted(self, one: Fraction, other: Fraction) -> tuple[Fraction, Fraction]:
        """All events and bad ones, from the values of the two queries."""
        total = one if self.wholes else one + other
        return total, total - other if self.goods else other


def increments(total: Query | None, good: Query | None, bad: Query | None, member: Labels = ()) -> tuple[Feed, ...]:
    """Counters, and what a good and a bad event adds to each; gauges that the queries read as well are constant.

    Raises:
        UndrivenError: no such series were found; with the reason.
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
    raise UndrivenError("its query counts otherwise than by adding up rates")


def _solution(sums: Sequence[tuple[Fraction, Fraction]], *, bad: bool) -> Growth:
    """Growth that makes one event, good or bad, with as many of the series as can take part.

    Series that add the same to both sums grow by the same.
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
        msg = f"nothing that its queries read makes {'a bad' if bad else 'a good'} event alone"
        raise UndrivenError(msg)
    return _growth(best[1], classes, len(sums))


def _made(times: Sequence[int], classes: Classes) -> tuple[Fraction, Fraction]:
    """Events and bad events where the classes grow so often by what makes one of them."""
    rows = [[value / max(map(abs, column)) for value in column] for column in classes]
    every, failed = ([t * row[n] for t, row in zip(times, rows, strict=False)] for n in (0, 1))
    return sum(every, Fraction(0)), sum(failed, Fraction(0))


def _growth(times: Sequence[int], classes: Classes, count: int) -> Growth:
    """What each series grows by for one event."""
    events, _ = _made(times, classes)
    grown = [Fraction(0)] * count
    for often, (column, members) in zip(times, classes.items(), strict=False):
        for number, part in zip(members, _parts(len(members)), strict=True):
            grown[number] = often * part / events / max(map(abs, column))
    return tuple(grown)


def _parts(count: int) -> Iterator[Fraction]:
    """One in parts, each of them of few decimal places."""
    places = 10 ** len(str(count - 1))
    for number in range(count):
        yield Fraction(places // count + (number < places % count), places)


def _gauges(made: Sequence[Input]) -> Iterator[tuple[float | None, ...]]:
    """Values that gauges may have to have for the queries to count: 1, 0, or no series."""
    kinds = [one.source.kind for one in made]
    if kinds.count("gauge") > _MOST_GAUGES:
        raise UndrivenError("its query reads many gauges")
    yield from product(*(_GAUGES if kind == "gauge" else (0.0,) for kind in kinds))


def _mixtures(good: Growth, bad: Growth) -> Iterator[tuple[Growth, Fraction, Fraction]]:
    """Growth, and the good and bad events in it: a good one, a bad one, some of both, few and many of them."""
    for goods, bads in ((_ONE, _NONE), (_NONE, _ONE), (_MANY, _ONE), (_NONE, 1 / _MANY), (_MANY, _MANY)):
        yield tuple(goods * one + bads * other for one, other in zip(good, bad, strict=True)), goods, bads


def _proven(
    asked: _Asked, server: Server, gauges: Sequence[float | None], mixture: tuple[Growth, Fraction, Fraction]
) -> bool:
    """Whether the queries count these events; where nothing failed, also before series of failures exist."""
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
    """The sum over the labels of the group; None where there is none, or one of another member."""
    names = {name for name, _ in member}
    sums: dict[frozenset[tuple[str, str]], float] = defaultdict(float)
    for labels, value in found.items():
        sums[frozenset(pair for pair in labels if pair[0] in names)] += value
    return sums.get(frozenset(member)) if len(sums) == 1 else None


def _feed(one: Input, good: Fraction, bad: Fraction, gauge: float | None) -> Feed | None:
    if one.source.kind != "gauge":
        return Feed(one.series, decimal(good), decimal(bad))
    return None if gauge is None else Feed(one.series, int(gauge), int(gauge), "constant")
