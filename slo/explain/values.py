"""The facts about one SLO, as numbers and names. `slo explain --format json` prints them under these names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import AlertSeverity, PageSetting, Unit


class LeftOut(msgspec.Struct, frozen=True):
    """Times that are no part of the budget: a cron expression with its duration and zone, or a selector; and why."""

    when: str
    reason: str


class Absent(msgspec.Struct, frozen=True):
    """A selector, and what is recorded while it has no series."""

    selector: str
    recorded: str


class Measured(msgspec.Struct, frozen=True):
    """What is counted.

    Attributes:
        per_second: events or slices in a second, where that is known; of one member of a group.
        renamed: labels of `group_by` that the series of the SLI call otherwise, and what these call them.
    """

    unit: Unit
    good: str
    selectors: tuple[str, ...]
    group_by: tuple[str, ...]
    per_second: Decimal | None
    bridge: bool
    left_out: tuple[LeftOut, ...]
    absent: tuple[Absent, ...]
    renamed: dict[str, str] = {}


class Spending(msgspec.Struct, frozen=True):
    """How long the budget lasts when this share of everything is bad; None: it is never spent."""

    error_ratio: Decimal
    seconds: float | None


class Budget(msgspec.Struct, frozen=True):
    """The error budget: a share of everything, and as an amount where the traffic is known."""

    share: Decimal
    events: Decimal | None
    of: Decimal | None
    lasts: tuple[Spending, ...]


class Detection(msgspec.Struct, frozen=True):
    """Seconds from the first error until the tier fires, when this share of everything is bad; None: it never does."""

    error_ratio: Decimal
    seconds: float | None


class TierFacts(msgspec.Struct, frozen=True):
    """One tier.

    Attributes:
        sum: how the threshold comes about, in one line.
        changed: why the burn rate is not that of the policy, or empty.
        errors: bad events in the long window that it takes, where the traffic is known.
        resets_after: seconds after the last error until it is over, at the latest.
        harmless_from: events in the long window from which on a single failure is not above the threshold.
    """

    name: str
    severity: AlertSeverity
    burn_rate: Decimal
    threshold: Decimal
    budget_spent: float
    long: int
    short: int
    pending: int
    sum: str
    changed: str
    errors: float | None
    detection: tuple[Detection, ...]
    resets_after: int
    harmless_from: Decimal


class AtTraffic(msgspec.Struct, frozen=True):
    """One tier at some traffic: the bad events that it takes, the seconds a total outage needs for them, and chance."""

    tier: str
    errors: int
    seconds: float | None
    chance_in_a_month: float


class Level(msgspec.Struct, frozen=True):
    """What the tiers are like at this traffic, given as a multiple of the expected one."""

    multiple: Decimal
    per_second: Decimal
    budget_events: Decimal
    min_bad_events: int
    tiers: tuple[AtTraffic, ...]


class MemberFacts(msgspec.Struct, frozen=True):
    """Members of a group with one objective; no `match`: all that no other row is about."""

    match: dict[str, str]
    objective: Decimal
    budget: Decimal
    outage_seconds: float
    events: Decimal | None
    thresholds: dict[str, Decimal]


class AlertRoute(msgspec.Struct, frozen=True):
    """An alert, and the receivers of which Alertmanager uses the first that the base configuration has."""

    name: str
    tier: str
    severity: AlertSeverity
    receivers: tuple[str, ...]
    fires: str


class Incident(msgspec.Struct, frozen=True):
    """Other SLOs that burn in the same incident, by service and name.

    Attributes:
        depends_on: as written.
        causes: all SLOs whose pages are inhibited while this one pages.
        symptoms: all SLOs that inhibit the pages of this one.
    """

    depends_on: tuple[str, ...]
    causes: tuple[str, ...]
    symptoms: tuple[str, ...]


class Query(msgspec.Struct, frozen=True):
    """Something to paste into Prometheus or Grafana, and what it answers."""

    answers: str
    promql: str


class Facts(msgspec.Struct, frozen=True):
    """One SLO from all sides.

    Attributes:
        disabled: tiers of the policy that are switched off.
        page: what the policy's paging tiers are: pages, tickets, or off.
        min_bad_events: bad events that a tier needs in its long window in any case.
        min_bad_events_from: where that number comes from.
        levels: the tiers at half the expected traffic, at the expected, double and ten times; none if it is not known.
    """

    service: str
    slo: str
    title: str
    team: str
    objective: Decimal
    window: int
    policy: str
    measured: Measured
    budget: Budget
    tiers: tuple[TierFacts, ...]
    disabled: tuple[str, ...]
    page: PageSetting
    min_bad_events: int
    min_bad_events_from: str
    levels: tuple[Level, ...]
    members: tuple[MemberFacts, ...]
    alerts: tuple[AlertRoute, ...]
    incident: Incident
    series: tuple[Query, ...]
    queries: tuple[Query, ...]
