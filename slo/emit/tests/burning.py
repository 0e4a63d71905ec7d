"""Scenarios in which the error budget burns: what must fire, when, and what must not."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.burnrate import DAY, HOUR, MINUTE
from slo.emit.tests import theory
from slo.emit.tests.script import Phase, Script, alerts, nothing, played, share, value
from slo.plan import names
from slo.plan.cascade import TILE
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.emit.tests.script import Check
    from slo.emit.tests.subject import Subject
    from slo.emit.tests.theory import Moment

_OUTAGE_LIMIT = 6 * HOUR
_RECOVERY_LIMIT = HOUR
_SLOW_LIMIT = DAY
_STARTED = 10 * MINUTE
_START_LIMIT = HOUR
_NEARLY = Fraction(19, 20)


def outage(subject: Subject) -> Script | None:
    """Every event is bad from the first second of an empty server on: nothing is slower than theory, nothing faster."""
    known = _within(subject, theory.moments(subject, Fraction(1)), _OUTAGE_LIMIT)
    if not known:
        return None
    checks = _ordered(check for moment in known for check in _around(subject, known, moment))
    phases = (Phase(checks[-1].at // subject.step, bad=_volume(subject)),)
    return Script(subject, played(subject.feeds, phases), tuple(checks), f"in theory {theory.told(known)}")


def _ordered(checks: Iterable[Check]) -> list[Check]:
    """By time, one for each moment."""
    return list({check.at: check for check in sorted(checks, key=lambda check: check.at)}.values())


def _within(subject: Subject, known: Sequence[Moment], limit: int) -> list[Moment]:
    """Moments that a short test reaches; the first one in any case."""
    return [m for m in known if m is known[0] or m.fires <= subject.scaled(limit)]


def _around(subject: Subject, known: Sequence[Moment], moment: Moment) -> list[Check]:
    """The last evaluation before a moment and the first one after it, moved off other moments that are in between."""
    found = []
    for start, way in ((moment.silent, -subject.step), (moment.fires, subject.step)):
        at = start
        while (expected := theory.firing(known, at)) is None:
            at += way
        if at > 0:
            found.append(alerts(subject, at, *expected))
    return found


def recovery(subject: Subject) -> Script | None:
    """After an outage each tier stops with its short window: within that, one scrape and one evaluation."""
    tiers = {tier.name: tier for tier in subject.planned.tiers if tier.short <= _RECOVERY_LIMIT}
    known = [m for m in theory.moments(subject, Fraction(1)) if m.fact.tier in tiers]
    raised = {m.fact.tier: m for m in _within(subject, known, _OUTAGE_LIMIT)}
    if not raised:
        return None
    end = max(moment.fires for moment in raised.values())
    checks = []
    for name, tier in tiers.items():
        if name in raised:
            over = subject.after(end + subject.scaled(tier.short) + subject.scrape)
            firing = subject.series("ALERTS", alertstate="firing", tier=name)
            ratio = subject.series(names.error_ratio(tier.short))
            checks += [value(end, firing, 1), nothing(over, firing), value(over, ratio, 0)]
    volume = _volume(subject)
    phases = (Phase(end // subject.step, bad=volume), Phase((checks[-1].at - end) // subject.step, good=volume))
    remark = f"good again after {duration(end)}"
    return Script(subject, played(subject.feeds, phases), tuple(checks), remark)


def slow_burn(subject: Subject) -> Script | None:
    """Errors at nearly the rate that would page: the ticket comes when it must, no page ever."""
    tickets = subject.tiers("ticket")
    if not tickets:
        return None
    ratio, volume = _whole(subject, _between(subject))
    known = theory.moments(subject, ratio)
    first = next((m for m in known if m.fact.tier in {tier.name for tier in tickets}), None)
    if first is None or first.fires > subject.scaled(_SLOW_LIMIT):
        return None
    checks = _around(subject, known, first)
    end = checks[-1].at
    bad = int(ratio * volume)
    phases = (Phase(end // subject.step, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {theory.told(known[:1])}"
    return Script(subject, played(subject.feeds, phases), (*checks, *_recorded(subject, end, bad, volume)), remark)


def _between(subject: Subject) -> Fraction:
    """An error ratio just below what pages; without page tiers, six times what raises a ticket."""
    pages = [Fraction(tier.threshold) for tier in subject.tiers("page")]
    if pages:
        return min(pages) * _NEARLY
    return _bounded(6 * min(Fraction(tier.threshold) for tier in subject.tiers("ticket")), subject)


def _recorded(subject: Subject, at: int, bad: int, volume: int) -> list[Check]:
    """What the records say at the end: every event counted once in each window, and what is left of the budget."""
    ratio = Fraction(bad, volume)
    checks = []
    for window in sorted({w for tier in subject.planned.tiers for w in (tier.long, tier.short)}):
        if subject.scaled(window) + subject.tile + subject.scrape <= at:
            events = bad * subject.scaled(window) // subject.step
            checks.append(value(at, subject.series(names.events(window), kind="bad"), events))
            checks.append(share(at, subject.series(names.error_ratio(window)), ratio))
    spent = ratio / subject.budget * min(Fraction(1), at / subject.window)
    checks.append(share(at, subject.series(names.REMAINING), 1 - spent))
    return checks


def fresh_start(subject: Subject) -> Script:
    """A server that knows ten minutes must not take their errors for those of days; pages come when they must."""
    highest = max((Fraction(tier.threshold) for tier in subject.planned.tiers), default=subject.budget)
    ratio, volume = _whole(subject, _bounded(max(20 * subject.budget, highest * 4 / 3), subject))
    known = theory.moments(subject, ratio)
    started = subject.before(subject.scaled(_STARTED) + 1)
    times = (subject.step, subject.before(Fraction(started, 2)), started)
    checks = [
        alerts(subject, at, *firing) for at in times if at > 0 and (firing := theory.firing(known, at)) is not None
    ]
    pages = {tier.name for tier in subject.tiers("page")}
    due = [m for m in known if m.fact.tier in pages and m.fires <= subject.scaled(_START_LIMIT)]
    checks = _ordered([*checks, *(check for moment in due for check in _around(subject, known, moment))])
    bad = int(ratio * volume)
    phases = (Phase(checks[-1].at // subject.step, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {theory.told(known)}"
    return Script(subject, played(subject.feeds, phases), tuple(checks), remark)


def few_failures(subject: Subject) -> Script | None:
    """Fewer bad events than `min_bad_events`, and no good one: a ratio of 100 % that means nothing."""
    failures = subject.slo.alerts.min_bad_events - 1
    tiers = {tier.name for tier in subject.planned.tiers}
    known = [m for m in theory.moments(subject, Fraction(1)) if m.fact.tier in tiers]
    if failures < 1 or not known:
        return None
    idle = _within(subject, known, _OUTAGE_LIMIT)[-1].fires // subject.step
    spread = min(failures, max(1, subject.tile // subject.step))
    each = -(-failures // spread)
    phases = (
        Phase(idle),
        Phase(failures // each, bad=each),
        *([Phase(1, bad=rest)] if (rest := failures % each) else []),
    )
    end = sum(phase.steps for phase in phases) * subject.step
    burning = subject.series("ALERTS", alertname=known[0].fact.name)
    checks = (value(end, subject.series(names.error_ratio(TILE)), 1), nothing(end, burning))
    remark = f"{failures} bad of {failures}, where min_bad_events is {failures + 1}"
    return Script(subject, played(subject.feeds, phases, start=1000), checks, remark)


def _volume(subject: Subject) -> int:
    """Events per step of a busy service: so many that `min_bad_events` is no matter."""
    return max(1000, 2 * subject.slo.alerts.min_bad_events)


def _whole(subject: Subject, ratio: Fraction) -> tuple[Fraction, int]:
    """The nearest error ratio not above this one that whole events can have, and the events per step that it takes."""
    volume = _volume(subject)
    while ratio * volume < max(50, 2 * subject.slo.alerts.min_bad_events):
        volume *= 10
    return Fraction(ratio * volume // 1, volume), volume


def _bounded(ratio: Fraction, subject: Subject) -> Fraction:
    """The ratio, or where that is more than all there is, one between the highest threshold and everything."""
    highest = max((Fraction(tier.threshold) for tier in subject.planned.tiers), default=subject.budget)
    return min(ratio, (1 + highest) / 2)
