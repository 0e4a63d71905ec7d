"""What can be turned to move a query that is read every minute: counters, values, histograms, or how many there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from slo.inputs.source import Input, input_of
from slo.promql import Matcher, parse_selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

Values = tuple[float | None, ...]
_MOST_COPIES = 10
_FACTORS = (0.25, 4.0)
_BOUNDS = (0.5, 2.0, 4.0)


class Driver(msgspec.Struct, frozen=True):
    """Series that change together, and what each of them may be; the plainest choice first.

    Attributes:
        inputs: the series.
        choices: values of all of them; None: there is no such series.
    """

    inputs: tuple[Input, ...]
    choices: tuple[Values, ...]


def drivers(made: Sequence[Input], limit: Decimal | None, unit: float, numbers: Iterable[float] = ()) -> list[Driver]:
    """A driver for each series that was made.

    Args:
        made: the series.
        limit: what the value of the query is compared with, if anything.
        unit: what a limit of 1 is in the numbers of the query's series.
        numbers: what is written in the query.
    """
    more = [value for number in numbers if number for value in (number, 1 / number, 2 * number + 1)]
    return [_driver(one, limit, unit, more) for one in made]


def _driver(one: Input, limit: Decimal | None, unit: float, more: Sequence[float]) -> Driver:
    target = None if limit is None else float(limit) * unit
    if one.source.kind == "bucket":
        return _histogram(one, target or 1.0)
    if one.source.kind == "gauge" and one.source.counted:
        return _crowd(one, limit)
    pool = [1.0, 0.0]
    if target is not None:
        around = [abs(target) * factor for factor in _FACTORS]
        exact = [] if one.source.kind == "counter" else [target, target + 1, target - 1]
        pool = [*exact, *pool, *around, *(-value for value in around if one.source.kind == "gauge")]
    usable = (value for value in (*pool, *more) if value >= 0 or one.source.kind == "gauge")
    return Driver((one,), tuple((value,) for value in dict.fromkeys(usable)))


def _histogram(one: Input, limit: float) -> Driver:
    """Observations that are all in the first bucket, below the limit, or all in one above it."""
    bounds = [f"{limit * factor:.12g}" for factor in _BOUNDS]
    made = tuple(_labelled(one, "le", bound) for bound in (*bounds, "+Inf"))
    return Driver(made, ((1.0,) * 4, (0.0, 0.0, 1.0, 1.0)))


def _crowd(one: Input, limit: Decimal | None) -> Driver:
    """Several series alike, of which some are 1 and the others 0, or not there."""
    wanted = 1 if limit is None else max(0, math.ceil(limit))
    count = min(_MOST_COPIES, max(1, wanted + (limit is not None)))
    made = tuple(_labelled(one, "instance", str(number)) for number in range(count)) if count > 1 else (one,)
    order = sorted(range(count + 1), key=lambda n: (abs(n - wanted), n))
    there = [(1.0,) * n + (None,) * (count - n) for n in order if n]
    return Driver(made, (*there, *((1.0,) * n + (0.0,) * (count - n) for n in order if n < count)))


def _labelled(one: Input, label: str, value: str) -> Input:
    plain = parse_selector(one.series)
    return input_of(str(plain.renamed(plain.name, Matcher(label, "=", value))), one.source)
