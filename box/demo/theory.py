"""When a burn-rate alert has to fire, by arithmetic.

The long window at `t` seconds into the fault has the events before it that are still inside, and those of the fault.
The alert fires when

    bad(t) / total(t) * weight(t) > threshold    and    bad(t) >= min_bad_events

where `weight` is the recorded part of the window until a third of it is recorded, then 1. The short window needs far
fewer bad events and never decides in a fault that hits most requests.
"""

from dataclasses import dataclass

STEPS_OF_BISECTION = 60
REPRESENTATIVE = 1 / 3
"""The recorded part of a window from which on its error ratio counts as it is."""


@dataclass(frozen=True, slots=True)
class Before:
    """The long window when the fault starts: events, bad events, recorded seconds."""

    total: float
    bad: float
    covered: float


@dataclass(frozen=True, slots=True)
class During:
    """The fault: events per second, and their error ratio."""

    rate: float
    bad_share: float


@dataclass(frozen=True, slots=True)
class Rule:
    """The alert: its threshold as an error ratio, its long window in seconds, its least bad events."""

    threshold: float
    window: float
    min_bad_events: int


@dataclass(frozen=True, slots=True)
class Theory:
    """Each term in seconds; None when the fault is too small to ever fire the alert."""

    burn: float | None
    enough_bad: float | None
    scrape: float
    evaluations: float

    @property
    def condition(self) -> float | None:
        """Return when both conditions of the alert hold."""
        return None if self.burn is None or self.enough_bad is None else max(self.burn, self.enough_bad)

    @property
    def bound(self) -> float | None:
        """Return the latest moment at which the alert has to be active: one scrape and two evaluations later."""
        return None if self.condition is None else self.condition + self.scrape + self.evaluations


def predict(rule: Rule, before: Before, during: During, interval: float) -> Theory:
    """Return when the alert has to fire, given the scrape and evaluation interval in seconds."""
    bad_rate = during.rate * during.bad_share
    missing = max(0.0, rule.min_bad_events - before.bad)
    return Theory(
        burn=_burn_seconds(rule, before, during),
        enough_bad=missing / bad_rate if bad_rate > 0 else None,
        scrape=interval,
        evaluations=2 * interval,
    )


def adjusted_ratio(rule: Rule, before: Before, during: During, seconds: float) -> float:
    """Return what the alert compares with its threshold, `seconds` into the fault, at most one window."""
    left = min(before.covered, rule.window - seconds)
    share_left = left / before.covered if before.covered else 0.0
    bad = before.bad * share_left + during.rate * during.bad_share * seconds
    total = before.total * share_left + during.rate * seconds
    return bad / total * weight(left + seconds, rule.window) if total else 0.0


def weight(covered: float, window: float) -> float:
    """Return what the alert multiplies an error ratio by: the recorded part, or 1 once that is a third."""
    return 1.0 if covered >= REPRESENTATIVE * window else covered / window


def _burn_seconds(rule: Rule, before: Before, during: During) -> float | None:
    """Return the first moment above the threshold; the compared value only grows while the fault is worse."""
    if during.rate <= 0 or during.bad_share <= rule.threshold:
        return None
    low, high = 0.0, rule.window
    for _ in range(STEPS_OF_BISECTION):
        middle = (low + high) / 2
        if adjusted_ratio(rule, before, during, middle) > rule.threshold:
            high = middle
        else:
            low = middle
    return high
