"""The cascade: windows as sums of shorter ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.burnrate import DAY, HOUR, LADDER, MINUTE
from slo.plan import cascade

WINDOWS = st.one_of(st.sampled_from(LADDER[1:]), st.integers(1, 400).map(lambda days: days * DAY))


@given(WINDOWS)
def test_tiles_cover_the_window_exactly_once(window: int) -> None:
    """Each tile starts where the one before ends; the last one ends with the window."""
    end = 0
    for size, offset in cascade.tiles(window):
        assert offset == end
        assert 0 < size < window
        end = offset + size
    assert end == window


@given(WINDOWS)
def test_a_window_is_a_sum_of_few_tiles(window: int) -> None:
    """What one evaluation reads does not grow with the traffic, and little with the window."""
    assert len(cascade.tiles(window)) <= 23


@given(st.sets(WINDOWS, min_size=1, max_size=5))
def test_every_tile_is_recorded_before_it_is_read(windows: set[int]) -> None:
    """In the order in which the rules run, a window finds the windows that it consists of."""
    known = [cascade.TILE]
    for window in cascade.with_sources(windows):
        assert {size for size, _ in cascade.tiles(window)} <= set(known)
        known.append(window)
    assert windows <= set(known)


@pytest.mark.parametrize(
    ("window", "sizes"),
    [
        (30 * MINUTE, {5 * MINUTE: 6}),
        (HOUR, {5 * MINUTE: 12}),
        (6 * HOUR, {HOUR: 6}),
        (DAY, {6 * HOUR: 4}),
        (3 * DAY, {DAY: 3}),
        (28 * DAY, {3 * DAY: 9, DAY: 1}),
        (60 * DAY, {3 * DAY: 20}),
        (61 * DAY, {30 * DAY: 2, DAY: 1}),
        (365 * DAY, {30 * DAY: 12, 3 * DAY: 1, DAY: 2}),
    ],
)
def test_sizes_of_tiles(window: int, sizes: dict[int, int]) -> None:
    """Five minutes up to an hour, hours up to six, six hours up to a day; days, three days, months beyond."""
    made = [size for size, _ in cascade.tiles(window)]
    assert {size: made.count(size) for size in made} == sizes


@given(st.sets(WINDOWS, min_size=1, max_size=6))
def test_a_window_that_begins_with_another_one_has_the_same_tiles(windows: set[int]) -> None:
    """Only what was recorded before it, from exactly the first of its own tiles, stands for them."""
    known: list[int] = []
    for window in cascade.with_sources(windows):
        first, *others = cascade.parts(window, known)
        head = [first] if first[0] not in known or first in cascade.tiles(window) else cascade.tiles(first[0])
        assert [*head, *others] == cascade.tiles(window)
        known.append(window)


def test_the_windows_of_the_default_policy_read_few_series() -> None:
    """Of each SLO and kind, one evaluation reads 37 tiles for seven windows."""
    windows = cascade.with_sources({30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY, 30 * DAY})
    counts = {window: len(cascade.parts(window, windows[:number])) for number, window in enumerate(windows)}
    assert list(counts.values()) == [6, 7, 2, 5, 4, 3, 10]
    assert sum(counts.values()) == 37


def test_the_base_is_not_a_sum() -> None:
    """Five minutes are recorded from the user's own series."""
    assert cascade.with_sources({cascade.TILE}) == []


def test_a_rule_reads_each_tile_at_its_offset() -> None:
    """Offsets are divided by the time scale, names are not; all tiles but the first are told apart by a label."""
    (record,) = cascade.records("s-0", [10 * MINUTE], 60)
    assert record.name == "slo:events:10m"
    assert record.labels == (("shard", "s-0"),)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:5m{shard="s-0"}\n'
        '  or label_replace(slo:events:5m{shard="s-0"} offset 5s, "tile", "1", "", "")\n'
        ")"
    )


def test_half_of_an_hour_stands_for_one_that_was_not_recorded() -> None:
    """It lies within the hour, so nothing is counted twice."""
    *_, record = cascade.records("s-0", [30 * MINUTE, HOUR, 2 * HOUR], 1)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:1h{shard="s-0"}\n'
        '  or label_replace(slo:events:1h{shard="s-0"} offset 1h\n'
        '     or slo:events:30m{shard="s-0"} offset 1h30m, "tile", "1", "", "")\n'
        ")"
    )


def test_for_a_longer_tile_its_earlier_record_stands() -> None:
    """Only where the rules of the shard were not evaluated."""
    (record,) = cascade.records("s-0", [2 * DAY], 60)
    assert record.expr == (
        "sum without (tile) (\n"
        '     slo:events:1d{shard="s-0"}\n'
        '  or label_replace(slo:events:1d{shard="s-0"} offset 24m\n'
        '     or slo:events:1d{shard="s-0"} offset 24m30s'
        ' unless on (shard) slo:evaluated:timestamp_seconds{shard="s-0"} offset 24m, "tile", "1", "", "")\n'
        ")"
    )


def test_many_tiles_are_added_up_in_several_sums() -> None:
    """Each tile is read once, in unions that stay short."""
    (record,) = cascade.records("s-0", [30 * DAY], 1)
    assert record.expr.startswith(
        'sum without (tile) (\n     sum without (tile) (\n       slo:events:3d{shard="s-0"}\n'
    )
    reads = re.findall(r"(?:\(|   )slo:events:3d\{[^}]*\}(?: offset (\d+d))?", record.expr)
    assert reads == ["", *(f"{day}d" for day in range(3, 30, 3))]
    assert record.expr.count("sum without (tile)") == 4
