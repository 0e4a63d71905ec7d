"""How windows are put together: sizes and offsets of their subwindows, in seconds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence

_MONTH = 30 * DAY
_LADDER = (3 * DAY, DAY, 6 * HOUR, 2 * HOUR, HOUR, 30 * MINUTE, SUBWINDOW)
_SIZES = ((_MONTH, 2 * _MONTH), *((size, size) for size in _LADDER))
"""(size of a subwindow, only in windows longer than this): 60 days are twenty times three, not two months."""


def with_sources(windows: set[int]) -> list[int]:
    """Return every window to record for these, each after those that it is summed from, without the base."""
    wanted = windows - {SUBWINDOW}
    sources = {size for window in wanted for size, _ in split(window)} - {SUBWINDOW}
    return sorted(wanted) if sources <= wanted else with_sources(wanted | sources)


@cache
def split(window: int) -> list[tuple[int, int]]:
    """Return (size, offset) pairs of shorter windows that together cover this one exactly once."""
    pairs = []
    offset = 0
    while offset < window:
        size = _largest(window, window - offset)
        pairs.append((size, offset))
        offset += size
    return pairs


def _largest(window: int, rest: int) -> int:
    """Return the largest subwindow that fits."""
    return next(size for size, above in _SIZES if window > above and rest >= size)


def sources(window: int, recorded: Sequence[int]) -> list[tuple[int, int]]:
    """Return what a window is summed from: as `split`, the first ones replaced by a recorded window of just these."""
    pairs = split(window)
    for shorter in reversed(recorded):
        count = len(own := split(shorter))
        if pairs[:count] == own:
            return [(shorter, 0), *pairs[count:]]
    return pairs
