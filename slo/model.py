"""The compiler's vocabulary: complete, frozen objectives. Everything optional in the file is settled here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.diagnostics import Diagnostic, Place


Labels = tuple[tuple[str, str], ...]
"""Label names and values, in the order in which they are printed."""

AlertSeverity = Literal["page", "ticket"]
NoDataSetting = Literal["page", "ticket", "off"]
ExhaustedSetting = Literal["page", "ticket", "off"]


@dataclass(frozen=True, slots=True)
class Base:
    """What an SLI needs to know to count events in the smallest window.

    Attributes:
        range: PromQL duration of the base range: one tile and one scrape interval, so that neighbouring tiles
            share their boundary sample and no increment falls between two of them.
        tile: length of one tile in seconds (300, or 300 / time scale).
        group_by: labels that tell the members of a group apart.
    """

    range: str
    tile: int
    group_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """PromQL for events per second: instant vectors with the `group_by` labels alone, each ready for `300 *`.

    `bad` may be empty where no bad series exists yet; `bad_defaults_to_zero` says that this means none happened
    (and not that the SLI cannot be measured).
    """

    total: str
    bad: str
    bad_defaults_to_zero: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """One synthetic input series of the emitted tests, and how fast it grows.

    Attributes:
        series: a series in PromQL notation, matched by the SLI's selectors.
        good: how many units each good event adds to it.
        bad: how many units each bad event adds to it.
    """

    series: str
    good: int
    bad: int


class Sli(Protocol):
    """One kind of service level indicator. No other module knows which kinds exist."""

    def counts(self, base: Base) -> Counts:
        """PromQL for total and bad events of one tile."""
        ...

    def selectors(self) -> tuple[str, ...]:
        """Every series selector that the SLI reads, as PromQL."""
        ...

    def feeds(self) -> tuple[Feed, ...]:
        """Series that make exactly the wanted events, for the emitted tests; empty if that is impossible."""
        ...

    def describe(self) -> str:
        """One line for a person: what a good event is."""
        ...


class SliSpec(Protocol):
    """An SLI as written in the file: checked for sense, then turned into an `Sli`."""

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Every problem of this SLI that its types do not exclude."""
        ...

    def build(self) -> Sli:
        """The SLI itself; only called when `check` found no error."""
        ...


@dataclass(frozen=True, slots=True)
class TierRule:
    """One row of an alert policy, as a table prints it, before window, objective and time scale are known.

    Attributes:
        name: value of the label `tier`.
        severity: `page` or `ticket`.
        budget: share of the error budget that is spent when the tier fires.
        long: long window in seconds.
        short: short window in seconds.
        pending: `for` of the alert rule, in seconds.
        reach: highest bad share of all events that the threshold may demand, so that a total outage can trip it.
    """

    name: str
    severity: AlertSeverity
    budget: Fraction
    long: int
    short: int
    pending: int = 0
    reach: Fraction = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What one SLO alerts on.

    Attributes:
        policy: name of a policy of `slo.burnrate.POLICIES`.
        disable: names of tiers that are left out.
        min_bad_events: bad events in the long window below which no tier fires.
        labels: extra labels on the alerts of this SLO.
        annotations: extra annotations on them.
        no_data: severity of the alert for an SLI that disappeared.
        target: selector of the 0/1 series that tells whether the SLI's source is up, or none.
        exhausted: severity of the alert for a spent budget.
    """

    policy: str = "workbook"
    disable: tuple[str, ...] = ()
    min_bad_events: int = 2
    labels: Labels = ()
    annotations: Labels = ()
    no_data: NoDataSetting = "ticket"
    target: str | None = None
    exhausted: ExhaustedSetting = "ticket"


@dataclass(frozen=True, slots=True)
class Links:
    """Templates of the URLs on alerts; `{alert}` and `{uid}` are replaced."""

    runbooks: str = ""
    dashboards: str = ""


@dataclass(frozen=True, slots=True)
class Slo:
    """One service level objective, complete.

    Attributes:
        service: value of the label `service`.
        name: value of the label `slo`, unique within the service.
        title: one line for people; never part of an alert's identity.
        objective: share of good events, between 0 and 1, both excluded.
        window: rolling window in seconds, a whole number of days.
        sli: how good and bad events are counted.
        scrape_interval: longest scrape interval among the targets, in seconds.
        team: value of the label `team`, or empty.
        labels: extra labels on alerts.
        traffic: expected events per second at the quietest hour, or none.
        place: where it stands in the file.
    """

    service: str
    name: str
    title: str
    objective: Decimal
    window: int
    sli: Sli
    scrape_interval: int
    team: str
    labels: Labels
    links: Links
    alerts: AlertSettings
    traffic: Decimal | None
    place: Place

    @property
    def budget(self) -> Decimal:
        """The share of events that may be bad: 1 - objective, exactly."""
        return 1 - self.objective

    @property
    def alert_prefix(self) -> str:
        """What the names of its alerts begin with: `shop` and `checkout-latency` make `ShopCheckoutLatency`."""
        words = f"{self.service}-{self.name}".split("-")
        return "".join(word[:1].upper() + word[1:] for word in words)


@dataclass(frozen=True, slots=True)
class Scale:
    """How real time maps to rule time.

    Attributes:
        factor: windows and `for` are divided by it; 1 outside of demonstrations.
        interval: evaluation interval of the groups, in seconds.
        scrape_interval: overrides the scrape interval of every SLO, in seconds, or none.
    """

    factor: int = 1
    interval: int = 60
    scrape_interval: int | None = None


@dataclass(frozen=True, slots=True)
class SloSet:
    """All SLOs that are compiled together: the unit of rule groups and of output files.

    Attributes:
        name: the set's name; shards are called `<name>-<n>`.
        shards: number of rule groups that the SLOs are spread over.
        interval: evaluation interval in seconds.
        slos: in the order of the files.
        sources: base names of the files, for the header of outputs.
        alerting_base: path of the base Alertmanager config as written, relative to the spec file, or none.
        outputs: where each target's output goes, relative to the spec file; targets not named use the default.
    """

    name: str
    shards: int
    interval: int
    slos: tuple[Slo, ...]
    sources: tuple[str, ...]
    alerting_base: str | None
    outputs: Labels
