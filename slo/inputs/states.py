"""Input series for a time-slice query: values for a good slice, and values for a bad one."""

from __future__ import annotations

import math
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Literal

from slo.inputs.drivers import drivers
from slo.inputs.evaluate import Server, numbers_in, refuse_constant
from slo.inputs.figures import decimal
from slo.inputs.source import WINDOW, UndrivenError, inputs, sources, tree_of
from slo.model import InputSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from slo.inputs.drivers import Driver, Values
    from slo.inputs.source import Input
    from slo.model import Labels
    from slo.promql.tree import Node
    from slo.query import Expression

    Kind = Literal["rate", "constant", "gauge"]
    Judge = Callable[[Sequence[float], bool], bool | None]
    """True for a good slice, False for a bad one, None if too close to call; `exact`: values are not rounded."""

_TRIES = 1024
_FIXED = 64
_UNITS = (1.0, 0.001, 1000.0)


def states(
    query: Expression, judge: Judge, member: Labels = (), *, limit: Decimal | None = None, completed: bool = False
) -> tuple[InputSeries, ...]:
    """Return series and their values in a good and in a bad slice.

    Args:
        query: the query of the SLI.
        judge: whether its values make a good or a bad slice.
        member: labels that the result must have.
        limit: the threshold, if there is one.
        completed: the rules count an operand without series as 0.

    Raises:
        UndrivenError: no such series were found; the message has the reason.
    """
    tree = tree_of(query)
    found = sources([tree])
    if len({one.reach for one in found if one.kind != "gauge" or one.reach}) > 1:
        raise UndrivenError("its query reads over different ranges")
    made = inputs(found, member)
    for unit in _UNITS if limit is not None else _UNITS[:1]:
        moved = drivers(made, limit, unit, numbers_in(tree))
        server = Server.of([one for driver in moved for one in driver.inputs], query.selectors, completed=completed)
        refuse_constant(server, [tree])
        for choices in _choices(moved):
            pair = _pair(tree, server, choices, judge, member)
            if pair:
                if not all(one.source.kind == "gauge" for one in server.inputs):
                    refuse_constant(server, [tree], pair[0])
                return tuple(_fed(server.inputs, *pair))
    raise UndrivenError("no values were found that make its query good and bad")


def _choices(moved: Sequence[Driver]) -> Iterator[Iterator[Values]]:
    """Yield sets of rows to search for a good and a bad one; beside counters, gauges are constant within a set."""
    gauges = [driver.inputs[0].source.kind == "gauge" for driver in moved]
    if all(gauges) or not any(gauges):
        yield _rows([driver.choices for driver in moved])
        return
    fixed = [driver.choices if gauge else () for driver, gauge in zip(moved, gauges, strict=True)]
    for values in islice(product(*(choices or ((),) for choices in fixed)), _FIXED):
        yield _rows([(v,) if g else d.choices for d, g, v in zip(moved, gauges, values, strict=True)])


def _rows(choices: Sequence[Sequence[Values]]) -> Iterator[Values]:
    """Combine the first two choices of each driver, then all choices."""
    few, every = product(*(some[:2] for some in choices)), product(*choices)
    return islice((tuple(chain.from_iterable(row)) for row in chain(few, every)), _TRIES)


def _pair(
    tree: Node, server: Server, rows: Iterator[Values], judge: Judge, member: Labels
) -> tuple[Values, Values] | None:
    """Return the first good row and the first bad one."""
    exact = all(one.source.kind == "gauge" and not one.source.reach for one in server.inputs)
    found: dict[bool, Values] = {}
    for values in rows:
        verdict = _judged(server.vector(tree, values), judge, member, exact=exact)
        if verdict is not None:
            found.setdefault(verdict, values)
        if len(found) > 1:
            return found[True], found[False]
    return None


def _judged(
    found: dict[frozenset[tuple[str, str]], float], judge: Judge, member: Labels, *, exact: bool
) -> bool | None:
    """Judge the values of the member; None if a value is not finite or belongs to another member."""
    names = {name for name, _ in member}
    members = {frozenset(pair for pair in labels if pair[0] in names) for labels in found}
    if members != {frozenset(member)} or not all(map(math.isfinite, found.values())):
        return None
    return judge(list(found.values()), exact)


def _fed(made: Sequence[Input], good: Values, bad: Values) -> Iterator[InputSeries]:
    counters = any(one.source.kind != "gauge" for one in made)
    for one, first, second in zip(made, good, bad, strict=True):
        gauge, reach = one.source.kind == "gauge", one.source.reach
        if first is None and second is None:
            continue
        if first is None or second is None:
            yield InputSeries(one.series, int(first is not None), int(second is not None), "presence", reach=reach)
        else:
            kind: Kind = "rate" if not gauge else "constant" if counters else "gauge"
            usual = reach == WINDOW and not gauge
            yield InputSeries(one.series, decimal(first), decimal(second), kind, reach=0 if usual else reach)
