"""The record of one demo run: when each step happened, and the numbers around it."""

from dataclasses import dataclass, field

from box.demo.observer import Observation
from box.demo.theory import Before, During, Theory


@dataclass(slots=True)
class Moments:
    """When each step happened, seconds since epoch; None until then. `active` is `activeAt` of Prometheus."""

    load: float | None = None
    spike: float | None = None
    fault_on: float | None = None
    active: float | None = None
    routed: float | None = None
    paged: float | None = None
    fault_off: float | None = None
    inactive: float | None = None
    resolved: float | None = None


@dataclass(slots=True)
class Record:
    """The record of the run."""

    moments: Moments = field(default_factory=Moments)
    before: Before | None = None
    during: During | None = None
    theory: Theory | None = None
    budget_before: float | None = None
    budget_after: float | None = None
    failed_before: float = 0.0
    failed_after: float = 0.0
    total_after: float = 0.0
    covered_after: float = 0.0
    suppressed: list[str] = field(default_factory=list)
    notified_tiers: list[str] = field(default_factory=list)
    fault_observations: list[Observation] = field(default_factory=list)

    @property
    def detection(self) -> float | None:
        """Return the seconds from the fault to the alert."""
        return _between(self.moments.fault_on, self.moments.active)

    @property
    def held(self) -> bool | None:
        """Return whether detection was within the bound; None when one of the two is unknown."""
        bound = self.theory.bound if self.theory else None
        return None if self.detection is None or bound is None else self.detection <= bound

    @property
    def arrived_and_resolved(self) -> bool:
        """Return whether the page arrived and was resolved: the demo shows this."""
        return self.moments.paged is not None and self.moments.resolved is not None

    @property
    def failed(self) -> float:
        """Return the events that failed during the run, by the shop's own counters."""
        return self.failed_after - self.failed_before

    @property
    def budget_spent(self) -> float | None:
        """Return the fraction of the error budget that the run spent."""
        if self.budget_before is None or self.budget_after is None:
            return None
        return self.budget_before - self.budget_after


def _between(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else end - begin


def measured(record: Record, short: float) -> During | None:
    """Return the effect of the fault, from the observations whose short window is wholly inside it."""
    begun = record.moments.fault_on or 0.0
    full = [s for s in record.fault_observations if s.at - begun > short + 2 and "slo:error_ratio:5m" in s.values]
    if not full:
        return None
    rates = [s.values["slo:events:5m total"] / short for s in full]
    shares = [s.values["slo:error_ratio:5m"] for s in full]
    return During(rate=sum(rates) / len(rates), bad_share=sum(shares) / len(shares))
