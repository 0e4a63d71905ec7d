"""Scenarios in which the error budget burns: what must fire, when, and what must not."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.plan import names
from slo.promql import duration
from slo.ruletests import detection, slice_history
from slo.ruletests.script import Phase, Script, alerts, nothing, played, share, value
from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.ruletests.detection import Moment
    from slo.ruletests.facts import Role, Subject
    from slo.ruletests.script import Check

_OUTAGE_LIMIT = 6 * HOUR
_RECOVERY_LIMIT = HOUR
_SLOW_LIMIT = DAY
_STARTED = 10 * MINUTE
_START_LIMIT = HOUR
_NEARLY = Fraction(19, 20)


def outage(subject: Subject) -> Script | None:
    """Every event is bad from the first second of an empty server on: nothing is slower than theory, nothing faster.

    Of a group all members fail but one, each of which has alerts of its own, at the moments of its own objective.
    """
    failing = (subject.role, *subject.exceptions)
    known = [moment for role in failing for moment in detection.moments(subject, Fraction(1), role)]
    known.sort(key=lambda moment: moment.fires)
    if not known:
        return None
    checks = _ordered(
        check for moment in _within(subject, known, _OUTAGE_LIMIT) for check in _around(subject, known, moment)
    )
    ticks, volume = checks[-1].at // subject.tick, _volume(subject)
    series = [row for role in failing for row in played(subject, (Phase(ticks, bad=volume),), role)]
    remark = f"in theory {detection.told(detection.moments(subject, Fraction(1)))}"
    if subject.group_by:
        series += [row for role in subject.roles[1:] for row in played(subject, (Phase(ticks, good=volume),), role)]
        checks += _of_group(subject, checks[-1].at, failing)
        remark += "; other members fail at the moments of their own objectives, or are well"
    return Script(tuple(series), tuple(checks), remark)


def _of_group(subject: Subject, at: int, failing: Sequence[Role]) -> list[Check]:
    """Each member has its own budget and ratio, and the group as a whole what follows from the events of all."""
    everyone = (*failing, *subject.roles[1:])
    ratio = Fraction(len(failing), len(everyone))
    spent = Fraction(len(failing)) / sum((Fraction(role.budget) for role in everyone), Fraction(0))
    recorded = min(Fraction(detection.covered(subject, at)) / subject.scaled(subject.window), Fraction(1))
    checks = [share(at, subject.series(names.BUDGET, role), Fraction(role.budget)) for role in everyone]
    checks += [share(at, subject.series(names.REMAINING, role), Fraction(1)) for role in subject.roles[1:]]
    return [
        *checks,
        share(at, subject.whole(names.rollup_ratio(subject.window)), ratio),
        share(at, subject.whole(names.ROLLUP_REMAINING), 1 - spent * recorded),
    ]


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
        while (expected := detection.firing(known, at)) is None:
            at += way
        if at > 0:
            found.append(alerts(subject, at, *expected))
    return found


def recovery(subject: Subject) -> Script | None:
    """After an outage each tier stops with its short window: within that, one scrape and one evaluation."""
    tiers = {tier.name: tier for tier in subject.role.tiers if tier.short <= _RECOVERY_LIMIT}
    known = [m for m in detection.moments(subject, Fraction(1)) if m.seen.fact.tier in tiers]
    raised = {m.seen.fact.tier: m for m in _within(subject, known, _OUTAGE_LIMIT)}
    if not raised:
        return None
    end = subject.closing(max(moment.fires for moment in raised.values()))
    late = max(subject.scrape, slice_history.blur(subject) * MINUTE if subject.sliced else 0)
    checks = []
    for name, tier in tiers.items():
        if name in raised:
            over = subject.after(end + subject.scaled(tier.short) + late)
            firing = subject.series("ALERTS", alertstate="firing", tier=name)
            ratio = subject.series(names.error_ratio(tier.short))
            checks += [value(end, firing, 1), nothing(over, firing), value(over, ratio, 0)]
    volume = _volume(subject)
    last = max(check.at for check in checks)
    phases = (Phase(end // subject.tick, bad=volume), Phase((last - end) // subject.tick, good=volume))
    return Script(played(subject, phases), tuple(checks), f"good again after {duration(end)}")


def slow_burn(subject: Subject) -> Script | None:
    """Errors at nearly the rate that would page: the ticket comes when it must, no page ever."""
    tickets = subject.tiers("ticket")
    if not tickets:
        return None
    ratio, volume = _whole(subject, _between(subject))
    known = detection.moments(subject, ratio)
    first = next((m for m in known if m.seen.fact.tier in {tier.name for tier in tickets}), None)
    if first is None or first.fires > subject.scaled(_SLOW_LIMIT):
        return None
    checks = _around(subject, known, first)
    end = checks[-1].at
    bad = int(ratio * volume)
    phases = (Phase(end // subject.tick, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {detection.told(known[:1])}"
    return Script(played(subject, phases), (*checks, *_recorded(subject, end, bad, volume)), remark)


def _between(subject: Subject) -> Fraction:
    """An error ratio just below what pages; without page tiers, six times what raises a ticket, or just below that."""
    pages = [Fraction(tier.threshold) for tier in subject.tiers("page")]
    if pages:
        return min(pages) * _NEARLY
    tickets = [Fraction(tier.threshold) for tier in subject.tiers("ticket")]
    ratio = 6 * min(tickets)
    return _bounded(ratio * _NEARLY if ratio in tickets else ratio, subject)


def _recorded(subject: Subject, at: int, bad: int, volume: int) -> list[Check]:
    """What the records say at the end: every event counted once in each window, and what is left of the budget."""
    ratio = Fraction(bad, volume)
    checks = []
    for window in sorted({w for tier in subject.role.tiers for w in (tier.long, tier.short)}):
        if subject.scaled(window) + subject.tile + subject.scrape <= at:
            events = int(bad * subject.scaled(window) // subject.tick)
            checks.append(value(at, subject.series(names.events(window), kind="bad"), events))
            checks.append(share(at, subject.series(names.error_ratio(window)), ratio))
    spent = ratio / subject.budget * min(Fraction(1), at / subject.scaled(subject.window))
    checks.append(share(at, subject.series(names.REMAINING), 1 - spent))
    return checks


def fresh_start(subject: Subject) -> Script:
    """A server that knows ten minutes must not take their errors for those of days; pages come when they must.

    Without tiers that page, the fastest tickets do.
    """
    highest = max((Fraction(tier.threshold) for tier in subject.role.tiers), default=subject.budget)
    ratio, volume = _whole(subject, _bounded(max(20 * subject.budget, highest * 4 / 3), subject))
    known = detection.moments(subject, ratio)
    started = subject.before(subject.scaled(_STARTED) + 1)
    times = (subject.step, subject.before(Fraction(started, 2)), started)
    checks = [
        alerts(subject, at, *firing) for at in times if at > 0 and (firing := detection.firing(known, at)) is not None
    ]
    pages = {tier.name for tier in subject.tiers("page") or subject.role.tiers}
    due = [m for m in known if m.seen.fact.tier in pages and m.fires <= subject.scaled(_START_LIMIT)]
    checks = _ordered([*checks, *(check for moment in due for check in _around(subject, known, moment))])
    bad = int(ratio * volume)
    phases = (Phase(checks[-1].at // subject.tick, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {detection.told(known)}"
    return Script(played(subject, phases), tuple(checks), remark)


def few_failures(subject: Subject) -> Script | None:
    """Fewer bad events than `min_bad_events`, and no good one: a ratio of 100 % that means nothing."""
    failures = subject.min_bad_events - 1
    tiers = {tier.name for tier in subject.role.tiers}
    known = [m for m in detection.moments(subject, Fraction(1)) if m.seen.fact.tier in tiers]
    if failures < 1 or not known:
        return None
    idle = _within(subject, known, _OUTAGE_LIMIT)[-1].fires // subject.tick
    spread = min(failures, max(1, subject.tile // subject.tick))
    each = -(-failures // spread)
    phases = [Phase(idle), Phase(failures // each, bad=each)]
    if rest := failures % each:
        phases.append(Phase(1, bad=rest))
    ticks = sum(phase.ticks for phase in phases)
    # The last failure is seen by the first evaluation from it on.
    if missing := -ticks % (subject.step // subject.tick):
        phases[0] = Phase(idle + missing)
    end = (ticks + missing) * subject.tick
    burning = subject.series("ALERTS", alertname=known[0].seen.fact.name)
    checks = (value(end, subject.series(names.error_ratio(SUBWINDOW)), 1), nothing(end, burning))
    remark = f"{failures} bad of {failures}, where min_bad_events is {failures + 1}"
    return Script(played(subject, phases, start=1000), checks, remark)


def _volume(subject: Subject) -> int:
    """Events per tick of a busy service: so many that `min_bad_events` is no matter."""
    return max(1000, 2 * subject.min_bad_events)


def _whole(subject: Subject, ratio: Fraction) -> tuple[Fraction, int]:
    """The nearest error ratio not above this one that whole events can have, and the events per tick that it takes."""
    volume = _volume(subject)
    while ratio * volume < max(50, 2 * subject.min_bad_events):
        volume *= 10
    return Fraction(ratio * volume // 1, volume), volume


def _bounded(ratio: Fraction, subject: Subject) -> Fraction:
    """The ratio, or where that is more than all there is, one between the highest threshold and everything."""
    highest = max((Fraction(tier.threshold) for tier in subject.role.tiers), default=subject.budget)
    return min(ratio, (1 + highest) / 2)
