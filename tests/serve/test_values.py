"""Forecasts, formats and ranges of `slo serve`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.serve import durations, formats
from slo.serve.forecast import exhaustion, until_firing
from slo.serve.judge import stale_seconds
from slo.serve.periods import Period
from slo.serve.ranges import align


def test_exhaustion_is_remaining_times_window_over_burn() -> None:
    """Half a budget of 30 days at burn rate 10 lasts a day and a half."""
    assert exhaustion(0.5, 10, 30 * 86_400) == pytest.approx(1.5 * 86_400)
    assert exhaustion(0.5, 1, 100) == math.inf
    assert exhaustion(-0.1, 0, 100) == 0


def test_until_firing_agrees_with_a_simulation() -> None:
    """A window of 360 minutes at burn rate 2, with 9 coming in, crosses 6 when a minute by minute account does."""
    minutes = [2.0] * 360
    passed = 0
    while sum(minutes) / 360 <= 6:
        passed += 1
        minutes = [*minutes[1:], 9.0]
    assert until_firing(6, 2, 9, 360) == pytest.approx(passed, abs=1)
    assert until_firing(6, 2, 6, 360) == math.inf
    assert until_firing(6, 7, 9, 360) == 0
    assert until_firing(6, 7, 0, 360) == math.inf  # over: the short window is quiet


@given(st.floats(0.9, 0.999999))
def test_attainment_never_looks_better_than_it_is(ratio: float) -> None:
    """99.8999 % is not shown as 99.9 %."""
    assert float(formats.attainment(ratio).rstrip("%")) / 100 <= ratio + 1e-12


@given(st.floats(1e9, 2e9), st.floats(1, 1e7))
def test_ranges_are_aligned_and_small(end: float, length: float) -> None:
    """All viewers of a minute ask for the same range, and no range has more than 242 points."""
    span = align(end - length, end)
    assert span.start <= end - length
    assert span.end >= end
    assert span.start % span.step == span.end % span.step == 0
    assert (span.end - span.start) / span.step <= 242


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (90_061, "1d 1h"), (-3_600, "-1h"), (math.inf, "–")]
)
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    """Two units at most."""
    assert durations.show(seconds) == text


@pytest.mark.parametrize("text", ["", "1x", "-1h", "9" * 40 + "d", "<b>", "1h\n", "0s"])
def test_invalid_ranges_are_the_default(text: str) -> None:
    """What is not a range never reaches Prometheus, nor a link."""
    assert Period.of({"range": text}, "1d") == Period("1d")


@pytest.mark.parametrize(
    ("start", "end"),
    [("a", "b"), ("5", "1"), ("1", "9" * 12), ("nan", "inf"), ("-5", "7"), ("", "7"), ("0001-01-01", "7")],
)
def test_invalid_times_are_the_default(start: str, end: str) -> None:
    """A range ends after its start, and not in the far future."""
    assert not Period.of({"from": start, "to": end}).fixed


def test_a_fixed_range_is_kept_by_its_own_links() -> None:
    """Times of a form and Unix times name the same range, whatever the zone of the machine."""
    form = Period.of({"from": "2026-01-02T03:04", "to": "2026-01-02T05:00"})
    assert form.query == {"from": "1767323040", "to": "1767330000"}
    assert Period.of(form.query) == form
    assert form.fields == ("2026-01-02T03:04", "2026-01-02T05:00")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (9_999, "9,999"),
        (10_000, "10k"),
        (999_499, "999k"),
        (999_950, "1M"),
        (7_776_000, "7.78M"),
        (-2.5e9, "-2.5G"),
        (0.518, "0.52"),
        (3.0, "3"),
        (1e-9, "<0.01"),
        (None, "–"),
    ],
)
def test_counts_are_short(number: float | None, text: str) -> None:
    """Three digits and a prefix, never an exponent."""
    assert formats.count(number) == text


@given(st.floats(-1e11, 1e11))
def test_no_count_has_an_exponent(number: float) -> None:
    """Whatever the number of events."""
    assert "e" not in formats.count(number)


def test_rules_that_stopped_are_noticed() -> None:
    """Three minutes without an evaluation are too long."""
    assert stale_seconds(1_000, 1_060) is None
    assert stale_seconds(1_000, 1_240) == 240
    assert stale_seconds(None, 1_240) is None
