"""Single values of a specification are read exactly, or refused with a repair."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.promql import duration
from slo.resolve import values
from slo.resolve.findings import RefusedError
from slo.times import DAY, SUBWINDOW


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("99.9%", "0.999"),
        ("0.999", "0.999"),
        ("99.999%", "0.99999"),
        ("50%", "0.5"),
        (".5", "0.5"),
        ("5e-1", "0.5"),
        ("99.%", "0.99"),
        ("0.1%", "0.001"),
        ("99.9999999999999%", "0.999999999999999"),
    ],
)
def test_objective(text: str, share: str) -> None:
    """Objectives keep every digit."""
    assert values.objective(text) == Decimal(share)


@given(st.integers(1, 99_999_999))
def test_objective_is_exact(millionths: int) -> None:
    """A share written as a percentage or as a number is the same share, without binary rounding."""
    share = Decimal(millionths) / 100_000_000

    assert values.objective(f"{share:f}") == share
    assert values.objective(f"{share * 100:f}%") == share
    assert values.objective(str(float(share))) == share


@pytest.mark.parametrize(
    ("text", "hint"),
    [("99.9", "write 99.9%"), ("1.5", "write 1.5%"), ("100%", "write 99.9%"), ("1", "write 99.9%"), ("0", "99.9%")],
)
def test_wrong_objective(text: str, hint: str) -> None:
    """What is no objective is refused with what to write."""
    with pytest.raises(RefusedError) as refused:
        values.objective(text)

    assert refused.value.code == "SLO024"
    assert hint in refused.value.hint


@given(st.integers(1, values.LONGEST_WINDOW))
def test_windows_round_trip(days: int) -> None:
    """A window that is printed and read again is itself."""
    assert values.window(duration(days * DAY)) == days * DAY
    assert values.window(f"{days * 24}h") == days * DAY


@given(st.integers(1, SUBWINDOW))
def test_intervals_round_trip(seconds: int) -> None:
    """So is a scrape interval."""
    assert values.scrape_interval(duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["4w", "28d", "672h"])
def test_weeks(text: str) -> None:
    """Four weeks are 28 days, however they are written."""
    assert values.window(text) == 28 * DAY


@given(st.text())
def test_windows_are_read_or_refused(text: str) -> None:
    """No text makes the reader fail in another way."""
    try:
        seconds = values.window(text)
    except RefusedError:
        return
    assert DAY <= seconds <= values.LONGEST_WINDOW * DAY
    assert seconds % DAY == 0


@given(st.integers(1, SUBWINDOW))
def test_evaluation_intervals(seconds: int) -> None:
    """An evaluation interval divides five minutes."""
    try:
        assert SUBWINDOW % values.evaluation_interval(f"{seconds}s") == 0
    except RefusedError:
        assert SUBWINDOW % seconds


@given(st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True))
def test_names(text: str) -> None:
    """A name is itself."""
    assert values.name(text) == text


@given(st.text())
def test_suggested_names_are_names(text: str) -> None:
    """The name that a refusal suggests is possible."""
    hint = ""
    try:
        values.name(text)
    except RefusedError as refused:
        hint = refused.hint
    if hint:
        suggested = hint.removeprefix("write ")
        assert values.name(suggested) == suggested
