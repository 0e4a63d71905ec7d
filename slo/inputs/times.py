"""Input series for a freshness query: timestamps that advance with the clock, or ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.inputs.evaluate import NOW, Server
from slo.inputs.figures import near
from slo.inputs.source import UndrivenError, inputs, sources, tree_of
from slo.model import InputSeries

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.inputs.source import Input
    from slo.model import Labels
    from slo.query import Expression

_TIMES = (NOW, NOW / 4, -NOW)


def times(query: Expression, old: Decimal, member: Labels = (), *, second: int = 1) -> tuple[InputSeries, ...]:
    """Return series with the current time in a good slice, and a time `old` seconds ago in a bad one.

    `second`: what one second adds to the value of the query.

    Raises:
        UndrivenError: the query does not return a timestamp; the message has the reason.
    """
    found = sources([tree_of(query)])
    if any(one.kind != "gauge" or one.reach for one in found):
        raise UndrivenError("its query reads the past of a timestamp")
    made = inputs(found, member)
    server = Server.of(made, query.selectors, completed=False)
    if _ages(query, server, made, member):
        return tuple(InputSeries(one.series, 0, old, "gauge") for one in made)
    factor = second * NOW / (_value(query, server, NOW, member) or NOW)
    straight = all(near(_value(query, server, time, member) or 0, time * second / factor) for time in _TIMES)
    if not straight or not factor.is_integer():
        raise UndrivenError("its query is not a time in a known unit, or drops times")
    return tuple(InputSeries(one.series, 0, old, "age", second=int(factor)) for one in made)


def _value(query: Expression, server: Server, time: float, member: Labels) -> float | None:
    """Return the latest time of the query if all series have this value."""
    found = server.vector(tree_of(query), [time] * len(server.inputs))
    names = {name for name, _ in member}
    own = [v for labels, v in found.items() if {p for p in labels if p[0] in names} == {*member}]
    return max(own, default=None)


def _ages(query: Expression, server: Server, made: tuple[Input, ...], member: Labels) -> bool:
    """Whether the query subtracts the series, an age, from `time()`."""
    return len(made) == 1 and all(near(_value(query, server, age, member) or 0, NOW - age) for age in (0.0, 60.0))
