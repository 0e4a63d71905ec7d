"""How windows are put together from shorter ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.burnrate import LADDER
from slo.plan.windows import subwindows
from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

WINDOWS = st.one_of(st.sampled_from(LADDER[1:]), st.integers(1, 400).map(lambda days: days * DAY))


@given(WINDOWS)
def test_tiles_cover_the_window_exactly_once(window: int) -> None:
    """Each tile starts where the one before ends; the last one ends with the window."""
    end = 0
    for size, offset in subwindows.split(window):
        assert offset == end
        assert 0 < size < window
        end = offset + size
    assert end == window


@given(WINDOWS)
def test_a_window_is_a_sum_of_few_tiles(window: int) -> None:
    """What one evaluation reads does not grow with the traffic, and little with the window."""
    assert len(subwindows.split(window)) <= 23


@given(st.sets(WINDOWS, min_size=1, max_size=5))
def test_every_tile_is_recorded_before_it_is_read(windows: set[int]) -> None:
    """In the order in which the rules run, a window finds the windows that it consists of."""
    known = [SUBWINDOW]
    for window in subwindows.with_sources(windows):
        assert {size for size, _ in subwindows.split(window)} <= set(known)
        known.append(window)
    assert windows <= set(known)


@pytest.mark.parametrize(
    ("window", "sizes"),
    [
        (30 * MINUTE, {5 * MINUTE: 6}),
        (45 * MINUTE, {30 * MINUTE: 1, 5 * MINUTE: 3}),
        (HOUR, {30 * MINUTE: 2}),
        (2 * HOUR, {HOUR: 2}),
        (3 * HOUR, {2 * HOUR: 1, HOUR: 1}),
        (6 * HOUR, {2 * HOUR: 3}),
        (DAY, {6 * HOUR: 4}),
        (3 * DAY, {DAY: 3}),
        (28 * DAY, {3 * DAY: 9, DAY: 1}),
        (60 * DAY, {3 * DAY: 20}),
        (61 * DAY, {30 * DAY: 2, DAY: 1}),
        (365 * DAY, {30 * DAY: 12, 3 * DAY: 1, DAY: 2}),
    ],
)
def test_sizes_of_tiles(window: int, sizes: dict[int, int]) -> None:
    """Five minutes up to half an hour, then half hours, hours, two and six hours, days, three days, months."""
    made = [size for size, _ in subwindows.split(window)]
    assert {size: made.count(size) for size in made} == sizes


@given(st.sets(WINDOWS, min_size=1, max_size=6))
def test_a_window_that_begins_with_another_one_has_the_same_tiles(windows: set[int]) -> None:
    """Only what was recorded before it, from exactly the first of its own tiles, stands for them."""
    known: list[int] = []
    for window in subwindows.with_sources(windows):
        first, *others = subwindows.sources(window, known)
        head = [first] if first[0] not in known or first in subwindows.split(window) else subwindows.split(first[0])
        assert [*head, *others] == subwindows.split(window)
        known.append(window)


def test_the_windows_of_the_default_policy_read_few_series() -> None:
    """Of each SLO and kind, one evaluation reads 30 tiles for seven windows."""
    windows = subwindows.with_sources({30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY, 30 * DAY})
    counts = {window: len(subwindows.sources(window, windows[:number])) for number, window in enumerate(windows)}
    assert list(counts.values()) == [6, 2, 2, 3, 4, 3, 10]
    assert sum(counts.values()) == 30


def test_the_base_is_not_a_sum() -> None:
    """Five minutes are recorded from the user's own series."""
    assert subwindows.with_sources({SUBWINDOW}) == []
