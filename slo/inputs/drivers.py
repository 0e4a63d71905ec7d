"""Candidate values for the input series of a time-slice query: rates, gauges, histograms, numbers of series."""

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
    """Series that change together, and their candidate values, the plainest first.

    Attributes:
        inputs: the series.
        choices: one value for each series; None for a missing series.
    """

    inputs: tuple[Input, ...]
    choices: tuple[Values, ...]


def drivers(made: Sequence[Input], limit: Decimal | None, unit: float, numbers: Iterable[float] = ()) -> list[Driver]:
    """Return a driver for each series.

    Args:
        made: the series.
        limit: the threshold of the query, if it has one.
        unit: the factor from the threshold to the unit of the series.
        numbers: the numbers in the query.
    """
    more = [value for number in numbers if number for value in (number, 1 / number, 2 * number + 1)]
    return [_driver(one, limit, unit, more) for one in made]


def _driver(one: Input, limit: Decimal | None, unit: float, more: Sequence[float]) -> Driver:
    target = None if limit is None else float(limit) * unit
    if one.source.kind == "bucket":
        return _histogram(one, target or 1.0)
    if one.source.kind == "gauge" and one.source.counted:
        return _replicas(one, limit)
    pool = [1.0, 0.0]
    if target is not None:
        around = [abs(target) * factor for factor in _FACTORS]
        exact = [] if one.source.kind == "counter" else [target, target + 1, target - 1]
        pool = [*exact, *pool, *around, *(-value for value in around if one.source.kind == "gauge")]
    usable = (value for value in (*pool, *more) if value >= 0 or one.source.kind == "gauge")
    return Driver((one,), tuple((value,) for value in dict.fromkeys(usable)))


def _histogram(one: Input, limit: float) -> Driver:
    """Put all observations into the first bucket, below the limit, or all into one above it."""
    bounds = [f"{limit * factor:.12g}" for factor in _BOUNDS]
    made = tuple(_labelled(one, "le", bound) for bound in (*bounds, "+Inf"))
    return Driver(made, ((1.0,) * 4, (0.0, 0.0, 1.0, 1.0)))


def _replicas(one: Input, limit: Decimal | None) -> Driver:
    """Make equal series for `count`: some are 1, the others 0 or missing."""
    wanted = 1 if limit is None else max(0, math.ceil(limit))
    count = min(_MOST_COPIES, max(1, wanted + (limit is not None)))
    made = tuple(_labelled(one, "instance", str(number)) for number in range(count)) if count > 1 else (one,)
    order = sorted(range(count + 1), key=lambda n: (abs(n - wanted), n))
    there = [(1.0,) * n + (None,) * (count - n) for n in order if n]
    return Driver(made, (*there, *((1.0,) * n + (0.0,) * (count - n) for n in order if n < count)))


def _labelled(one: Input, label: str, value: str) -> Input:
    plain = parse_selector(one.series)
    return input_of(str(plain.renamed(plain.name, Matcher(label, "=", value))), one.source)
