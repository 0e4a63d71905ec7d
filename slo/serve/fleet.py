"""What the pages know about all SLOs at one moment, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Labels = Mapping[str, str]


class State(StrEnum):
    """The state of an SLO, worst first."""

    PAGING = "paging"
    EXHAUSTED = "exhausted"
    NO_DATA = "no data"
    TICKET = "ticket"
    PAUSED = "maintenance"
    FEW_EVENTS = "few events"
    OK = "ok"

    @property
    def rank(self) -> int:
        """Return the place in the order of trouble, from 0."""
        return list(State).index(self)


class Identity(NamedTuple):
    """What tells an SLO from all others of a server."""

    service: str
    slo: str
    shard: str
    origin: tuple[tuple[str, str], ...] = ()
    """External labels of the server that records it: several clusters may be read through one Thanos or Mimir."""

    @property
    def labels(self) -> dict[str, str]:
        """Return what selects its series."""
        return {"service": self.service, "slo": self.slo, "shard": self.shard, **dict(self.origin)}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that is pending or firing; `since` is a Unix time."""

    name: str
    labels: Labels
    state: str
    since: float | None = None

    @property
    def tier(self) -> str:
        """Return the alert tier: `page-fast`, `exhausted`, `no-data`, ..."""
        return self.labels.get("tier", "")

    @property
    def severity(self) -> str:
        """Return the severity: `page`, `ticket`, ..."""
        return self.labels.get("severity", "")

    @property
    def firing(self) -> bool:
        """Return whether it fires, and is not only pending."""
        return self.state == "firing"


@dataclass(frozen=True, slots=True)
class Member:
    """An SLO, or one member of a group, as it was last evaluated; ratios are None where there is no series.

    Attributes:
        labels: the labels of the group; empty for an SLO without one.
        objective: the good share that is promised.
        window: seconds of the SLO window on the server, shorter than specified at a time scale.
        time_scale: by how much the windows of the server are shorter than specified.
        remaining: the share of the error budget that remains; below 0 it is overspent.
        covered: the share of the window that was recorded.
        errors: error ratios by window, as the series name it.
        recorded: seconds of each window that were recorded.
        total: events in the SLO window.
        bad: bad ones among them.
        trend: the remaining budget of the last hours, oldest first.
    """

    labels: Labels
    objective: float
    window: float
    time_scale: int
    state: State
    remaining: float | None = None
    covered: float | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    recorded: Mapping[str, float] = field(default_factory=dict)
    total: float | None = None
    bad: float | None = None
    trend: tuple[float, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def budget(self) -> float:
        """Return the share of events that may be bad."""
        return 1 - self.objective

    def burn(self, window: str) -> float | None:
        """Return the burn rate over a window."""
        ratio = self.errors.get(window)
        return None if ratio is None or not self.budget > 0 else ratio / self.budget

    @property
    def allowed(self) -> float | None:
        """Return how many more bad events the budget allows, at the traffic of the part of the window that is known."""
        if self.total is None or self.remaining is None or not self.covered:
            return None
        return self.remaining * self.budget * self.total / self.covered


@dataclass(frozen=True, slots=True)
class Slo:
    """An SLO with its members, the worst first; one member without labels where there is no group."""

    identity: Identity
    title: str
    team: str
    window_text: str
    members: tuple[Member, ...]
    attainment: float | None = None
    remaining: float | None = None
    stale: float | None = None

    @property
    def worst(self) -> Member:
        """Return the member in the most trouble."""
        return self.members[0]

    @property
    def state(self) -> State:
        """Return the state of the worst member."""
        return self.worst.state

    @property
    def states(self) -> Mapping[State, int]:
        """Return the number of members in each state, the worst first."""
        return {each: count for each in State if (count := sum(one.state is each for one in self.members))}

    @property
    def grouped(self) -> bool:
        """Return whether there are members to tell apart."""
        return len(self.members) > 1 or bool(self.worst.labels)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts of all members, each once."""
        found = {id(alert): alert for member in self.members for alert in member.alerts}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Fleet:
    """All SLOs of a server, the worst first, and all alerts; `at` is the Unix time of the queries."""

    at: float
    slos: tuple[Slo, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def find(self, wanted: Mapping[str, str]) -> Slo | None:
        """Return the first SLO with these labels: service, name, and where given shard and external labels."""
        for one in self.slos:
            if all(one.identity.labels.get(name, "") == value for name, value in wanted.items()):
                return one
        return None
