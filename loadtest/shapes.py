"""The number of visitors over time: stages as values, and Locust's shape over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from locust import LoadTestShape

MAX_USERS = 200
"""Most visitors of a stage: at one request a second each, about the capacity of a laptop."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A number of visitors for some seconds.

    Attributes:
        seconds: Duration; positive.
        users: Number of visitors; 0 to `MAX_USERS`.
        per_second: Visitors that arrive or leave per second until then; positive.
    """

    seconds: float
    users: int
    per_second: float = 10

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"a stage lasts more than 0 seconds, not {self.seconds}")
        if not 0 <= self.users <= MAX_USERS:
            raise ValueError(f"a stage has 0 to {MAX_USERS} users, not {self.users}")
        if not self.per_second > 0:
            raise ValueError(f"more than 0 users come per second, not {self.per_second}")


def stage_at(stages: Sequence[Stage], seconds: float) -> Stage | None:
    """Return the stage that runs `seconds` after the start, or None when all are over.

    A stage ends where the next one starts.
    """
    ends = accumulate(stage.seconds for stage in stages)
    return next((stage for stage, end in zip(stages, ends, strict=True) if seconds < end), None)


class StagedShape(LoadTestShape):
    """Locust's shape for a list of stages; a scenario derives from it and names them."""

    abstract = True
    stages: ClassVar[tuple[Stage, ...]] = ()

    def tick(self) -> tuple[int, float] | None:
        """Return the number of visitors now, and how fast to reach it; None ends the run."""
        seconds: float = self.get_run_time()  # type: ignore[no-untyped-call] # Locust leaves it untyped
        stage = stage_at(self.stages, seconds)
        return (stage.users, stage.per_second) if stage else None
