"""How windows are put together: the sizes and offsets of their tiles, in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.burnrate import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

TILE = 5 * MINUTE
"""The shortest one, which is counted from the user's own series."""
_MONTH = 30 * DAY
_SIZES = (
    (_MONTH, 2 * _MONTH),
    (3 * DAY, 3 * DAY),
    (DAY, DAY),
    (6 * HOUR, 6 * HOUR),
    (2 * HOUR, 2 * HOUR),
    (HOUR, HOUR),
    (30 * MINUTE, 30 * MINUTE),
    (TILE, TILE),
)
"""(size of a tile, only in windows that are longer than this): 60 days are twenty times three, not two months."""


def with_sources(windows: set[int]) -> list[int]:
    """All windows that must be recorded so that these can be, each after those that it is made of; without the base."""
    wanted = windows - {TILE}
    sources = {tile for window in wanted for tile, _ in tiles(window)} - {TILE}
    return sorted(wanted) if sources <= wanted else with_sources(wanted | sources)


def tiles(window: int) -> list[tuple[int, int]]:
    """(tile, offset) pairs in seconds: shorter windows that together cover this one exactly once."""
    pairs = []
    offset = 0
    while offset < window:
        size = _largest(window, window - offset)
        pairs.append((size, offset))
        offset += size
    return pairs


def _largest(window: int, rest: int) -> int:
    """The largest tile that fits."""
    return next(size for size, above in _SIZES if window > above and rest >= size)


def parts(window: int, recorded: Sequence[int]) -> list[tuple[int, int]]:
    """Like `tiles`; the first ones as one window, where one was recorded that consists of just these."""
    pairs = tiles(window)
    for shorter in reversed(recorded):
        count = len(own := tiles(shorter))
        if pairs[:count] == own:
            return [(shorter, 0), *pairs[count:]]
    return pairs
