"""When alerts must fire, from the specification alone.

Time starts with an empty server. After t seconds of a constant error ratio r the rules see r * t / long until a third
of the window is recorded, then r: a tier is above its threshold after threshold * long / r, or a third of long if that
is sooner, and `BudgetExhausted` after budget * window / r. An alert due at 51.84 s fires at the first evaluation after
that. An alert due exactly at an evaluation may fire or not, as sums are rounded: nothing is checked there.

Time slices follow the same theory with one slice a minute: the first record comes with the first slice, and
`min_bad_events` slices take as many minutes. Whole numbers are not rounded, so they may be checked.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from slo import burnrate
from slo.promql import duration
from slo.ruletests.scenario import FiringAlert
from slo.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import Member, SloFacts


class Detection(msgspec.Struct, frozen=True):
    """When an alert must fire: seconds in theory, last evaluation without it, first evaluation with it."""

    alert: FiringAlert
    theory: Fraction
    silent: int
    fires: int


class Limit(msgspec.Struct, frozen=True):
    """The condition of an alert: an error ratio above a limit over a long window, and over a short one if it has one.

    Seconds are those of the server.
    """

    fact: AlertFacts
    share: Fraction
    long: int
    short: int | None
    pending: int

    @property
    def representative(self) -> Fraction:
        """The part of the long window that has to be recorded before its error ratio counts as it is."""
        return Fraction(1) if self.short is None else Fraction(1, burnrate.ENOUGH)


def limits(facts: SloFacts, member: Member) -> list[Limit]:
    """Return the conditions of the tiers and of `BudgetExhausted` that are not disabled."""
    by_tier, scaled = facts.alerts_by_tier, facts.scaled
    found = [
        Limit(by_tier[t.name], Fraction(t.threshold), int(scaled(t.long)), int(scaled(t.short)), int(scaled(t.pending)))
        for t in member.tiers
    ]
    if spent := by_tier.get("exhausted"):
        found.append(Limit(spent, Fraction(member.budget), int(scaled(facts.window)), None, 0))
    return found


def first_record(facts: SloFacts) -> int:
    """Return the first evaluation with a record: the second one, or of time slices that at the first minute."""
    return -(-MINUTE // facts.step) * facts.step if facts.sliced else facts.step


def covered(facts: SloFacts, at: int) -> int:
    """Return the seconds recorded at an evaluation."""
    return at - first_record(facts) + facts.step


def detections(facts: SloFacts, ratio: Fraction, member: Member | None = None) -> list[Detection]:
    """Return the alerts that a constant error ratio raises, earliest first.

    Of time slices the ratio must be 1: for any other it matters which of them are bad.
    """
    member = member or facts.member
    reached = [_detection(facts, limit, ratio, member) for limit in limits(facts, member) if ratio > limit.share]
    return sorted(reached, key=lambda detection: detection.fires)


def _detection(facts: SloFacts, limit: Limit, ratio: Fraction, member: Member) -> Detection:
    theory = min(limit.share / ratio, limit.representative) * limit.long - covered(facts, 0)
    silent, fires = facts.before(theory), facts.after(theory)
    if facts.sliced:
        enough = -(-facts.min_bad_events * MINUTE // facts.step) * facts.step
        silent, fires = max(silent, enough - facts.step), max(fires, enough)
    wait = int(-(-limit.pending // facts.step) * facts.step)
    return Detection(FiringAlert(limit.fact, member.labels), theory + limit.pending, silent + wait, fires + wait)


def firing(known: Sequence[Detection], at: int) -> list[FiringAlert] | None:
    """Return what fires at an evaluation, None where rounding decides."""
    if any(detection.silent < at < detection.fires for detection in known):
        return None
    return [detection.alert for detection in known if at >= detection.fires]


def summary(known: Sequence[Detection]) -> str:
    """Return the detections as text: `page-fast after 51.84s`."""
    return (
        ", ".join(f"{detection.alert.fact.tier} after {_spelled(detection.theory)}" for detection in known) or "nothing"
    )


def _spelled(seconds: Fraction) -> str:
    return f"{float(seconds):.4g}s" if seconds < 2 * MINUTE else duration(round(seconds))
