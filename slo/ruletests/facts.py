"""What scenarios are computed from: the facts of an SLO without its names, and time as the server counts it."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

import msgspec

from slo.plan import names
from slo.times import MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.burnrate import Tier
    from slo.model import AlertSeverity, Labels, Scale, Unit
    from slo.plan.rules import AlertFacts


class NumberedSeries(msgspec.Struct, frozen=True):
    """An input series by its number in `Fixture.series`; its samples are those of `slo.model.InputSeries`.

    `reach`: seconds of the range that reads it, 0 for an instant vector.
    """

    number: int
    good: Decimal | int
    bad: Decimal | int
    kind: str
    second: int = 1
    reach: int = 0

    @property
    def counts(self) -> bool:
        """Whether its increase is counted."""
        return self.kind in {"counter", "histogram", "rate"}

    @property
    def ends(self) -> bool:
        """Whether it ends when the series of the SLI end."""
        return self.kind != "constant"


class Member(msgspec.Struct, frozen=True):
    """A member of a group, or an SLO without groups, with the tiers that follow from its objective."""

    labels: Labels
    inputs: tuple[NumberedSeries, ...]
    budget: Decimal
    tiers: tuple[Tier, ...]


class SloFacts(msgspec.Struct, frozen=True):
    """All that a scenario depends on: SLOs that differ in their names alone have equal facts, and equal scenarios.

    A step is an evaluation, a tick a sample of every input series.

    Attributes:
        mark: encloses placeholders for the names of the SLO in the texts of scenarios.
        unit: the unit of the budget.
        window: the SLO's own window in unscaled seconds.
        objective: as specified, for `slo:info`.
        interval: scrape interval of the targets in seconds.
        scale: how the server's time maps to the specification's.
        min_bad_events: bad events in the long window below which no tier fires.
        alerts: the alerts of the SLO.
        group_by: labels of its members.
        members: the member under test, then a second one with the same objective, if there can be one.
        overridden: members with objectives of their own.
        target: number of the series of the alerts' target, or none.
        new_instance: series of an instance that appears later, where lost data are bridged.
        excluded: events can be excluded, so that they are counted minute by minute.
    """

    mark: str
    unit: Unit
    window: int
    objective: Decimal
    interval: int
    scale: Scale
    min_bad_events: int
    alerts: tuple[AlertFacts, ...]
    group_by: tuple[str, ...]
    members: tuple[Member, ...]
    overridden: tuple[Member, ...] = ()
    target: int | None = None
    new_instance: tuple[NumberedSeries, ...] = ()
    bridge: bool = False
    excluded: bool = False

    @property
    def member(self) -> Member:
        """The member under test."""
        return self.members[0]

    @property
    def sliced(self) -> bool:
        """Whether the budget is counted in minutes."""
        return self.unit != "events"

    @property
    def by_minute(self) -> bool:
        """Whether events are counted minute by minute: time slices, and events of which some are excluded."""
        return self.sliced or self.excluded

    @property
    def step(self) -> int:
        """Seconds between two evaluations."""
        return self.scale.interval

    @property
    def tick(self) -> int:
        """Seconds between two samples: minutes and evaluations are at samples."""
        return gcd(self.scale.interval, MINUTE)

    @property
    def subwindow(self) -> int:
        """Seconds in one subwindow."""
        return SUBWINDOW // self.scale.factor

    @property
    def scrape(self) -> int:
        """Seconds between two scrapes: the base range is longer than its subwindow by this."""
        return self.scale.scrape_interval or self.interval

    @property
    def budget(self) -> Fraction:
        """The error budget, 1 - objective."""
        return Fraction(self.member.budget)

    def tiers(self, severity: AlertSeverity) -> list[Tier]:
        """Return the tiers of one severity that are not disabled."""
        return [tier for tier in self.member.tiers if tier.severity == severity]

    def scaled(self, seconds: int) -> Fraction:
        """Return seconds of the specification as the server counts them."""
        return Fraction(seconds, self.scale.factor)

    def after(self, seconds: Fraction | int) -> int:
        """Return the first evaluation after this time, never the one at it."""
        return int((seconds // self.step + 1) * self.step)

    def before(self, seconds: Fraction | int) -> int:
        """Return the last evaluation before this time; zero or less where there is none."""
        return int((-(-seconds // self.step) - 1) * self.step)

    def closing(self, seconds: Fraction | int) -> int:
        """Return the first evaluation from this time on; where minutes are counted, one at which a minute ends."""
        at = int(-(-seconds // self.step) * self.step)
        while self.by_minute and at % MINUTE:
            at += self.step
        return at

    @property
    def alerts_by_tier(self) -> dict[str, AlertFacts]:
        """The alerts that are not disabled, by their label `tier`."""
        return {fact.tier: fact for fact in self.alerts}

    def placeholder(self, name: str) -> str:
        """Return the placeholder for `service`, `slo` or the prefix of alert names, `alert`."""
        return f"{self.mark}{name}{self.mark}"

    def series(self, name: str, member: Member | None = None, /, **labels: str) -> str:
        """Return a recorded series of a member, of the one under test by default."""
        own = dict(self.member.labels if member is None else member.labels)
        return self.whole(name, **(own | labels))

    def whole(self, name: str, /, **labels: str) -> str:
        """Return a recorded series of all members."""
        return names.selector(name, service=self.placeholder("service"), slo=self.placeholder("slo"), **labels)
