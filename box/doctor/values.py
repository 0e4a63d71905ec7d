"""What the doctor finds out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from box.errors import Broken

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    told: str
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A signal of a service: the query, and how old its newest sample is; None when there is none."""

    service: str
    signal: str
    query: str
    age_seconds: float | None
    state: State
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a way, and how long it took."""

    name: str
    seconds: float
    told: str
    broken: Broken | None = None

    @property
    def state(self) -> State:
        """Return whether it was possible."""
        return "broken" if self.broken else "ok"


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; `mode` tells how the box runs: native or compose, and with which signals."""

    mode: str
    environment: Sequence[Check]
    components: Sequence[Check]
    round_trip: Sequence[Hop]
    matrix: Sequence[Cell]
    alert_path: Sequence[Hop]

    @property
    def broken(self) -> Broken | None:
        """Return the first thing that is broken: a component that is down explains whatever else is."""
        parts = (self.components, self.round_trip, self.matrix, self.alert_path, self.environment)
        return next((each.broken for part in parts for each in part if each.broken), None)
