"""Offered against achieved: a load that waits for a stalled shop must not pass as a measurement."""

import pytest

from loadtest.pace import Pace, Rates


class Clock:
    """A clock that the test turns."""

    now = 0.0

    def __call__(self) -> float:
        """The time on the clock in seconds."""
        return self.now


@pytest.mark.parametrize(
    ("offered", "achieved", "valid"),
    [(1000, 1000, True), (1000, 990, True), (1000, 989, False), (30, 26, False), (0, 0, False)],
)
def test_a_run_is_valid_up_to_one_percent_short(offered: int, achieved: int, valid: bool) -> None:  # noqa: FBT001
    """Exactly one per cent missing is still a measurement, anything more is none, and no load is none."""
    assert Rates(offered, achieved).valid is valid


def test_a_visitor_who_kept_the_pace_misses_nothing() -> None:
    """A visitor offers a request for each whole second of the stay."""
    clock = Clock()
    pace = Pace(clock)
    stay = pace.arrive()
    stay.requests = 11
    clock.now = 10.4
    pace.leave(stay)
    clock.now = 99
    assert pace.rates() == Rates(offered=10, achieved=10)


def test_a_stall_shows_even_while_the_visitor_still_waits() -> None:
    """A visitor who never got an answer counts as missing requests, though he never left."""
    clock = Clock()
    pace = Pace(clock)
    pace.arrive().requests = 1
    clock.now = 5
    assert pace.rates() == Rates(offered=5, achieved=1)


def test_one_eager_visitor_does_not_make_up_for_a_stalled_one() -> None:
    """Requests beyond the pace of one visitor are not counted for another."""
    clock = Clock()
    pace = Pace(clock)
    pace.arrive().requests = 30
    pace.arrive().requests = 10
    clock.now = 20
    assert pace.rates() == Rates(offered=40, achieved=30)
