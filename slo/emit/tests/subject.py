"""What a scenario knows about the SLO it is played for: its series, its alerts, and time as the server counts it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.cascade import TILE

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import AlertSeverity, Feed, Scale, Slo
    from slo.plan.values import AlertFacts, PlannedSlo
    from slo.promql import Selector


@dataclass(frozen=True, slots=True)
class Subject:
    """One SLO under test. One step is one evaluation, and one sample of every input series.

    Attributes:
        planned: the SLO with its tiers and alerts.
        scale: how the server's time maps to the specification's.
        feeds: the input series, or none where the selectors leave no way to tell good from bad.
        selectors: what the SLI reads.
    """

    planned: PlannedSlo
    scale: Scale
    feeds: tuple[Feed, ...]
    selectors: tuple[Selector, ...]

    @classmethod
    def of(cls, planned: PlannedSlo, scale: Scale) -> Subject:
        """The subject for an SLO; its input series are searched for once."""
        sli = planned.slo.sli
        return cls(planned, scale, sli.feeds(), sli.selectors())

    @property
    def slo(self) -> Slo:
        """The objective itself."""
        return self.planned.slo

    @property
    def name(self) -> str:
        """Service and SLO, for people."""
        return f"{self.slo.service}/{self.slo.name}"

    @property
    def step(self) -> int:
        """Seconds between two evaluations."""
        return self.scale.interval

    @property
    def tile(self) -> int:
        """Seconds in one tile of the cascade."""
        return TILE // self.scale.factor

    @property
    def scrape(self) -> int:
        """Seconds between two scrapes: what the base range reaches back beyond its tile."""
        return self.scale.scrape_interval or self.slo.scrape_interval

    @property
    def budget(self) -> Fraction:
        """The share of events that may be bad."""
        return Fraction(self.slo.budget)

    @property
    def window(self) -> Fraction:
        """The SLO's own window in seconds as the server counts them."""
        return self.scaled(self.slo.window)

    def tiers(self, severity: AlertSeverity) -> list[Tier]:
        """The tiers of one severity that were not disabled."""
        return [tier for tier in self.planned.tiers if tier.severity == severity]

    def scaled(self, seconds: int) -> Fraction:
        """Seconds of the specification as the server counts them."""
        return Fraction(seconds, self.scale.factor)

    def after(self, seconds: Fraction | int) -> int:
        """The first evaluation after this moment, never the one at it."""
        return (Fraction(seconds) // self.step + 1) * self.step

    def before(self, seconds: Fraction | int) -> int:
        """The last evaluation before this moment; not above zero where there is none."""
        return (-(-Fraction(seconds) // self.step) - 1) * self.step

    @property
    def facts(self) -> dict[str, AlertFacts]:
        """The alerts that are not switched off, by their label `tier`."""
        return {fact.tier: fact for fact in self.planned.alerts}

    def series(self, name: str, **labels: str) -> str:
        """A recorded series of this SLO."""
        return names.selector(name, service=self.slo.service, slo=self.slo.name, **labels)
