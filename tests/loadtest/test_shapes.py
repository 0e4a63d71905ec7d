"""Shapes: which stage runs when, and what a stage may ask for."""

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.shapes import MAX_USERS, Stage, StagedShape, stage_at

STAGES = st.lists(
    st.builds(
        Stage,
        seconds=st.integers(1, 1_000),
        users=st.integers(0, MAX_USERS),
        per_second=st.integers(1, 50),
    ),
    min_size=1,
    max_size=6,
)


@given(STAGES, st.floats(0, 10_000, exclude_min=False))
def test_every_moment_has_the_stage_it_falls_into(stages: list[Stage], seconds: float) -> None:
    """The stage at a moment is the one whose start has passed and whose end has not; after the last, none."""
    start = 0.0
    expected = None
    for stage in stages:
        if start <= seconds < start + stage.seconds:
            expected = stage
        start += stage.seconds
    assert stage_at(stages, seconds) is expected


@given(STAGES)
def test_a_stage_starts_where_the_one_before_ends(stages: list[Stage]) -> None:
    """At the very start of each stage that stage runs already."""
    starts = [sum(stage.seconds for stage in stages[:index]) for index in range(len(stages))]
    assert [stage_at(stages, start) for start in starts] == stages


def test_nothing_runs_without_stages() -> None:
    """A shape without stages is over at once."""
    assert stage_at((), 0) is None


@pytest.mark.parametrize(
    ("seconds", "users", "per_second"),
    [(0, 1, 1), (-1, 1, 1), (float("nan"), 1, 1), (1, -1, 1), (1, MAX_USERS + 1, 1), (1, 1, 0)],
)
def test_a_stage_that_makes_no_sense_is_refused(seconds: float, users: int, per_second: float) -> None:
    """Durations and rates are positive, visitors at most the stated number."""
    with pytest.raises(ValueError, match=r"a stage|come per second"):
        Stage(seconds, users, per_second)


class TwoStages(StagedShape):
    """Two visitors, then five, on a clock that the test sets."""

    stages = (Stage(10, 2, 1), Stage(10, 5, 3))
    now = 0.0

    def get_run_time(self) -> float:
        """What the test says."""
        return self.now


def test_the_shape_tells_locust_the_stage_of_now() -> None:
    """Locust hears the users and the rate of the running stage, and None when all are over."""
    shape = TwoStages()  # type: ignore[no-untyped-call] # Locust leaves it untyped
    heard = []
    for shape.now in (0.0, 9.9, 10.0, 20.0):
        heard.append(shape.tick())
    assert heard == [(2, 1), (2, 1), (5, 3), None]


@pytest.mark.parametrize(("scenario", "peak"), [("smoke", 4), ("steady", 10), ("spike", 80)])
def test_scenarios_ask_for_what_the_readme_says(scenario: str, peak: int) -> None:
    """The number of visitors of each scenario is the documented one."""
    module = import_module(f"loadtest.scenarios.{scenario}")
    shape = getattr(module, scenario.capitalize())
    assert max(stage.users for stage in shape.stages) == peak
