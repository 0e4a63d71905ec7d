"""When alerts must fire, from the specification alone.

Time is counted from an empty server, where what is not recorded counts as good. The rules see a constant error ratio r
as r * t / long after t seconds, so that a tier is above its threshold after threshold * long / r, and `BudgetExhausted`
after budget * window / r. They look once per evaluation: what theory puts at 51.84 s is there at the first evaluation
after it. What theory puts exactly on an evaluation may be there or not, as sums are rounded; no check stands on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from slo.burnrate import MINUTE
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.burnrate import Tier
    from slo.emit.tests.subject import Subject
    from slo.plan.values import AlertFacts


@dataclass(frozen=True, slots=True)
class Moment:
    """An alert and when it must fire: seconds in theory, last evaluation without it, first evaluation with it."""

    fact: AlertFacts
    theory: Fraction
    silent: int
    fires: int


def moments(subject: Subject, ratio: Fraction) -> list[Moment]:
    """Every burn tier and the spent budget that errors at this constant ratio reach, earliest first."""
    reached = [_tier(subject, tier, ratio) for tier in subject.planned.tiers if ratio > tier.threshold]
    spent = subject.facts.get("exhausted")
    if spent and ratio > subject.budget:
        reached.append(_moment(subject, spent, subject.budget * subject.window / ratio, Fraction(0)))
    return sorted(reached, key=lambda moment: moment.fires)


def _tier(subject: Subject, tier: Tier, ratio: Fraction) -> Moment:
    theory = Fraction(tier.threshold) * subject.scaled(tier.long) / ratio
    return _moment(subject, subject.facts[tier.name], theory, subject.scaled(tier.pending))


def _moment(subject: Subject, fact: AlertFacts, theory: Fraction, pending: Fraction) -> Moment:
    wait = int(-(-pending // subject.step) * subject.step)
    return Moment(fact, theory + pending, subject.before(theory) + wait, subject.after(theory) + wait)


def firing(known: Sequence[Moment], at: int) -> list[AlertFacts] | None:
    """What fires at an evaluation, or None where rounding decides."""
    if any(moment.silent < at < moment.fires for moment in known):
        return None
    return [moment.fact for moment in known if at >= moment.fires]


def told(known: Sequence[Moment]) -> str:
    """The moments for a remark: `page-fast after 51.84s`."""
    return ", ".join(f"{moment.fact.tier} after {_spelled(moment.theory)}" for moment in known) or "nothing"


def _spelled(seconds: Fraction) -> str:
    return f"{float(seconds):.4g}s" if seconds < 2 * MINUTE else duration(round(seconds))
