"""Fewer points: a picture shows no more than a few of them on each millimetre."""

from __future__ import annotations

from math import ceil, isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.charts.values import Points

_MOST = 600
_PARTS = 150
_RANKS = 200
_TAIL = (0.995, 0.999, 0.9995, 0.9999)


def reduced(points: Points) -> list[tuple[float, float | None]]:
    """Return the points, or of each of 150 parts its first, least, greatest and last, and a gap if it has one."""
    finite = [(x, y if y is not None and isfinite(y) else None) for x, y in points if isfinite(x)]
    if len(finite) <= _MOST:
        return finite
    size = -(-len(finite) // _PARTS)
    return [point for start in range(0, len(finite), size) for point in _ends(finite[start : start + size])]


def _ends(part: Sequence[tuple[float, float | None]]) -> Iterator[tuple[float, float | None]]:
    known = [(y, n) for n, (_, y) in enumerate(part) if y is not None]
    gap = next((n for n, (_, y) in enumerate(part) if y is None), None)
    kept = {0, len(part) - 1, *((min(known)[1], max(known)[1]) if known else ()), *(() if gap is None else (gap,))}
    return (part[n] for n in sorted(kept))


def quantiles(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return value and share of values up to it: at 200 ranks, the least and greatest included, and in the tail."""
    ordered = sorted(value for value in values if isfinite(value))
    many = len(ordered)
    even = {1 + n * (many - 1) // (_RANKS - 1) for n in range(_RANKS)} if many else set()
    tail = {ceil(share * many) for share in _TAIL if many}
    return [(ordered[rank - 1], rank / many) for rank in sorted(even | tail)]
