"""PromQL functions, aggregations and operators on plain numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def _quotient(one: float, other: float) -> float:
    if other:
        return one / other
    return math.nan if one == 0 or math.isnan(one) else math.copysign(math.inf, one)


SAME = frozenset({"sort", "sort_desc"})
LIMITS: dict[str, Callable[..., float]] = {
    "clamp": lambda value, low, high: max(low, min(high, value)),
    "clamp_max": min,
    "clamp_min": max,
    "round": lambda value, to=1.0: math.floor(value / to + 0.5) * to,
}
EACH: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": lambda value: value if math.isinf(value) else float(math.ceil(value)),
    "exp": math.exp,
    "floor": lambda value: value if math.isinf(value) else float(math.floor(value)),
    "ln": lambda value: _logarithm(math.log, value),
    "log10": lambda value: _logarithm(math.log10, value),
    "log2": lambda value: _logarithm(math.log2, value),
    "sgn": lambda value: float((value > 0) - (value < 0)),
    "sqrt": lambda value: math.sqrt(value) if value >= 0 else math.nan,
}
AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "avg": lambda values: sum(values) / len(values),
    "count": lambda values: float(len(values)),
    "group": lambda _: 1.0,
    "max": max,
    "min": min,
    "sum": sum,
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _quotient,
    "%": lambda one, other: math.fmod(one, other) if other else math.nan,
    "^": lambda one, other: one**other,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _logarithm(function: Callable[[float], float], value: float) -> float:
    if value > 0:
        return function(value)
    return -math.inf if value == 0 else math.nan


def quantile_of(share: float, values: Sequence[float]) -> float:
    """Return the quantile of values, interpolated as in PromQL."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = max(0, min(math.floor(at), len(ordered) - 1))
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def quantile_of_buckets(share: float, buckets: Iterable[tuple[float, float]]) -> float:
    """Return the quantile of cumulative buckets (le, count) as `histogram_quantile` does."""
    ordered = sorted(buckets)
    if len(ordered) < 2 or not math.isinf(ordered[-1][0]) or not ordered[-1][1]:  # noqa: PLR2004 - one and +Inf
        return math.nan
    rank = share * ordered[-1][1]
    at = next(n for n, (_, count) in enumerate(ordered) if count >= rank)
    if at == len(ordered) - 1:
        return ordered[-2][0]
    low, below = ordered[at - 1] if at else (min(0.0, ordered[0][0]), 0.0)
    high, count = ordered[at]
    return low + (high - low) * (rank - below) / (count - below) if count > below else high
