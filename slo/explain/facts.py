"""The facts about one SLO, as numbers and names. `slo explain --format json` prints them under these names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import AlertSeverity, PageSetting, Unit


class Exclusion(msgspec.Struct, frozen=True):
    """Times that are left out of the budget: a cron expression with its duration and zone, or a selector; and why."""

    when: str
    reason: str


class MissingSeries(msgspec.Struct, frozen=True):
    """A selector, and what is recorded while it has no series."""

    selector: str
    recorded: str


class Measured(msgspec.Struct, frozen=True):
    """What the SLI counts.

    Attributes:
        per_second: events or slices per second, if known; of one member of a group.
        renamed: labels of `group_by` with another name on the series of the SLI, and that name.
    """

    unit: Unit
    good: str
    selectors: tuple[str, ...]
    group_by: tuple[str, ...]
    per_second: Decimal | None
    bridge: bool
    left_out: tuple[Exclusion, ...]
    absent: tuple[MissingSeries, ...]
    renamed: dict[str, str] = {}


class Spending(msgspec.Struct, frozen=True):
    """How long the budget lasts at this error ratio; None: it is never spent."""

    error_ratio: Decimal
    seconds: float | None


class Budget(msgspec.Struct, frozen=True):
    """The error budget as a fraction, and in events where the traffic is known."""

    share: Decimal
    events: Decimal | None
    of: Decimal | None
    lasts: tuple[Spending, ...]


class Detection(msgspec.Struct, frozen=True):
    """Seconds from the first error until the tier fires at this error ratio; None: it never does."""

    error_ratio: Decimal
    seconds: float | None


class TierFacts(msgspec.Struct, frozen=True):
    """One tier.

    Attributes:
        sum: the calculation of the threshold, in one line.
        changed: why the burn rate differs from the policy, or empty.
        errors: bad events in the long window that make it fire, where the traffic is known.
        resets_after: most seconds from the last error until it resolves.
        harmless_from: least events in the long window with which a single failure stays below the threshold.
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
    """One tier at some traffic: bad events needed, seconds until a total outage makes them, and the chance to fire."""

    tier: str
    errors: int
    seconds: float | None
    chance_in_a_month: float


class Level(msgspec.Struct, frozen=True):
    """The tiers at a multiple of the expected traffic."""

    multiple: Decimal
    per_second: Decimal
    budget_events: Decimal
    min_bad_events: int
    tiers: tuple[AtTraffic, ...]


class MemberFacts(msgspec.Struct, frozen=True):
    """Members of a group with one objective; an empty `match`: all other members."""

    match: dict[str, str]
    objective: Decimal
    budget: Decimal
    outage_seconds: float
    events: Decimal | None
    thresholds: dict[str, Decimal]


class AlertRoute(msgspec.Struct, frozen=True):
    """An alert, and its receivers: Alertmanager uses the first that the base configuration has."""

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
    """A query for Prometheus or Grafana, and the question that it answers."""

    answers: str
    promql: str


class Facts(msgspec.Struct, frozen=True):
    """All facts about one SLO.

    Attributes:
        disabled: disabled tiers of the policy.
        page: whether paging tiers page, raise tickets, or are off.
        min_bad_events: bad events in the long window below which no tier fires.
        min_bad_events_from: origin of that number.
        levels: the tiers at half, once, twice and ten times the expected traffic; empty if it is unknown.
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
