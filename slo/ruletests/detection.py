"""When alerts must fire, from the specification alone.

Time is counted from an empty server, where what is not recorded counts as good. The rules see a constant error ratio r
as r * t / long after t seconds, so that a tier is above its threshold after threshold * long / r, and `BudgetExhausted`
after budget * window / r. They look once per evaluation: what theory puts at 51.84 s is there at the first evaluation
after it. What theory puts exactly on an evaluation may be there or not, as sums are rounded; no check stands on it.

Slices follow the same theory, except that there is one a minute: the first record comes with the first of them, and
`min_bad_events` of them take as many minutes. Whole numbers are not rounded, so that checks may stand on those.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from slo.promql import duration
from slo.ruletests.script import Seen
from slo.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import Role, Subject


class Moment(msgspec.Struct, frozen=True):
    """An alert and when it must fire: seconds in theory, last evaluation without it, first evaluation with it."""

    seen: Seen
    theory: Fraction
    silent: int
    fires: int


class Limit(msgspec.Struct, frozen=True):
    """What makes an alert fire: more than a share of bad events over a long window, and over a short one if it has one.

    Seconds are those of the server.
    """

    fact: AlertFacts
    share: Fraction
    long: int
    short: int | None
    pending: int


def limits(subject: Subject, role: Role) -> list[Limit]:
    """The tiers and the spent budget, as far as they are not switched off."""
    facts, scaled = subject.facts, subject.scaled
    found = [
        Limit(facts[t.name], Fraction(t.threshold), int(scaled(t.long)), int(scaled(t.short)), int(scaled(t.pending)))
        for t in role.tiers
    ]
    if spent := facts.get("exhausted"):
        found.append(Limit(spent, Fraction(role.budget), int(scaled(subject.window)), None, 0))
    return found


def first_record(subject: Subject) -> int:
    """The first evaluation that records something: of events the second one, of slices that at the first minute."""
    return -(-MINUTE // subject.step) * subject.step if subject.sliced else subject.step


def covered(subject: Subject, at: int) -> int:
    """Seconds that are recorded at an evaluation."""
    return at - first_record(subject) + subject.step


def moments(subject: Subject, ratio: Fraction, role: Role | None = None) -> list[Moment]:
    """Every burn tier and the spent budget that errors at this constant ratio reach, earliest first.

    Of slices the ratio must be 1: a part of them depends on which of them are bad.
    """
    role = role or subject.role
    reached = [_moment(subject, limit, ratio, role) for limit in limits(subject, role) if ratio > limit.share]
    return sorted(reached, key=lambda moment: moment.fires)


def _moment(subject: Subject, limit: Limit, ratio: Fraction, role: Role) -> Moment:
    theory = limit.share * limit.long / ratio - covered(subject, 0)
    silent, fires = subject.before(theory), subject.after(theory)
    if subject.sliced:
        enough = -(-subject.min_bad_events * MINUTE // subject.step) * subject.step
        silent, fires = max(silent, enough - subject.step), max(fires, enough)
    wait = int(-(-limit.pending // subject.step) * subject.step)
    return Moment(Seen(limit.fact, role.labels), theory + limit.pending, silent + wait, fires + wait)


def firing(known: Sequence[Moment], at: int) -> list[Seen] | None:
    """What fires at an evaluation, or None where rounding decides."""
    if any(moment.silent < at < moment.fires for moment in known):
        return None
    return [moment.seen for moment in known if at >= moment.fires]


def told(known: Sequence[Moment]) -> str:
    """The moments for a remark: `page-fast after 51.84s`."""
    return ", ".join(f"{moment.seen.fact.tier} after {_spelled(moment.theory)}" for moment in known) or "nothing"


def _spelled(seconds: Fraction) -> str:
    return f"{float(seconds):.4g}s" if seconds < 2 * MINUTE else duration(round(seconds))
