"""What a scenario is computed from: the facts of an SLO without its names, and time as the server counts it."""

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


class Shape(msgspec.Struct, frozen=True):
    """One input series: its number in `Player.series`, and what its samples are, as in `slo.model.InputSeries`.

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
        """Whether it is a counter, read by its growth."""
        return self.kind in {"counter", "histogram", "rate"}

    @property
    def ends(self) -> bool:
        """Whether it ends when the series of the SLI end."""
        return self.kind != "constant"


class Role(msgspec.Struct, frozen=True):
    """One member of a group, or the SLO as a whole: labels, input series, and what its objective makes of the tiers."""

    labels: Labels
    shapes: tuple[Shape, ...]
    budget: Decimal
    tiers: tuple[Tier, ...]


class Subject(msgspec.Struct, frozen=True):
    """All that a scenario depends on: SLOs that differ in names alone have equal subjects, and equal scripts.

    One step is one evaluation; one tick is one sample of every input series. A step of one minute is one slice.

    Attributes:
        mark: what encloses the words that stand for the names of the SLO, in everything a script says.
        unit: what the budget is counted in.
        window: the SLO's own window in unscaled seconds.
        objective: as it is written, for `slo:info`.
        interval: scrape interval of the targets in seconds.
        scale: how the server's time maps to the specification's.
        min_bad_events: bad events in the long window below which no tier fires.
        alerts: what the SLO can raise.
        group_by: labels that tell members apart.
        roles: the member that plays the scenarios, then a second one with the same objective, if there can be one.
        exceptions: members with objectives of their own.
        target: number of the series that tells whether the target is up, or none.
        newcomers: series of a target that appears later, where lost data are bridged.
        excluded: events can be left out, so that they are counted minute by minute.
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
    roles: tuple[Role, ...]
    exceptions: tuple[Role, ...] = ()
    target: int | None = None
    newcomers: tuple[Shape, ...] = ()
    bridge: bool = False
    excluded: bool = False

    @property
    def role(self) -> Role:
        """The member that plays the scenarios, or the SLO as a whole."""
        return self.roles[0]

    @property
    def sliced(self) -> bool:
        """The budget is counted in minutes."""
        return self.unit != "events"

    @property
    def by_minute(self) -> bool:
        """What happened is counted minute by minute: slices, and events of which some are left out."""
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
    def tile(self) -> int:
        """Seconds in one tile of the cascade."""
        return SUBWINDOW // self.scale.factor

    @property
    def scrape(self) -> int:
        """Seconds between two scrapes: what the base range reaches back beyond its tile."""
        return self.scale.scrape_interval or self.interval

    @property
    def budget(self) -> Fraction:
        """The share of events that may be bad."""
        return Fraction(self.role.budget)

    def tiers(self, severity: AlertSeverity) -> list[Tier]:
        """The tiers of one severity that were not disabled."""
        return [tier for tier in self.role.tiers if tier.severity == severity]

    def scaled(self, seconds: int) -> Fraction:
        """Seconds of the specification as the server counts them."""
        return Fraction(seconds, self.scale.factor)

    def after(self, seconds: Fraction | int) -> int:
        """The first evaluation after this moment, never the one at it."""
        return int((seconds // self.step + 1) * self.step)

    def before(self, seconds: Fraction | int) -> int:
        """The last evaluation before this moment; not above zero where there is none."""
        return int((-(-seconds // self.step) - 1) * self.step)

    def closing(self, seconds: Fraction | int) -> int:
        """The first evaluation from this moment on; where minutes are counted, one at which a minute ends."""
        at = int(-(-seconds // self.step) * self.step)
        while self.by_minute and at % MINUTE:
            at += self.step
        return at

    @property
    def facts(self) -> dict[str, AlertFacts]:
        """The alerts that are not switched off, by their label `tier`."""
        return {fact.tier: fact for fact in self.alerts}

    def word(self, name: str) -> str:
        """What stands for `service`, `slo` or the beginning of its alerts' names, `alert`."""
        return f"{self.mark}{name}{self.mark}"

    def series(self, name: str, role: Role | None = None, /, **labels: str) -> str:
        """A recorded series of this SLO, of the member in this role."""
        member = dict(self.role.labels if role is None else role.labels)
        return self.whole(name, **(member | labels))

    def whole(self, name: str, /, **labels: str) -> str:
        """A recorded series of this SLO, of all members."""
        return names.selector(name, service=self.word("service"), slo=self.word("slo"), **labels)
