"""The findings of the doctor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from box.errors import Broken

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    name: str
    state: State
    told: str
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A signal of a service: its query, and the age of its newest sample, None without one."""

    service: str
    signal: str
    query: str
    age_seconds: float | None
    state: State
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path, and its duration."""

    name: str
    seconds: float
    told: str
    broken: Broken | None = None

    @property
    def state(self) -> State:
        """Return whether it succeeded."""
        return "broken" if self.broken else "ok"


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report; `mode` is native or compose, and the signals."""

    mode: str
    environment: Sequence[Check]
    components: Sequence[Check]
    round_trip: Sequence[Hop]
    matrix: Sequence[Cell]
    alert_path: Sequence[Hop]

    @property
    def broken(self) -> Broken | None:
        """Return the first broken part, components first: one that is down explains the rest."""
        parts = (self.components, self.round_trip, self.matrix, self.alert_path, self.environment)
        return next((each.broken for part in parts for each in part if each.broken), None)
