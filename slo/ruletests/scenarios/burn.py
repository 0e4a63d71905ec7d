"""Scenarios in which the error budget burns: what must fire, and when."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.plan import names
from slo.promql import duration
from slo.ruletests import slice_history, timing
from slo.ruletests.samples import Phase, samples
from slo.ruletests.scenario import Scenario, alerts, nothing, share, value
from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.ruletests.facts import Member, SloFacts
    from slo.ruletests.scenario import Check
    from slo.ruletests.timing import Detection

_OUTAGE_LIMIT = 6 * HOUR
_RECOVERY_LIMIT = HOUR
_SLOW_LIMIT = DAY
_STARTED = 10 * MINUTE
_START_LIMIT = HOUR
_NEARLY = Fraction(19, 20)


def outage(facts: SloFacts) -> Scenario | None:
    """Return a total outage from the start of an empty server: each alert fires when theory says.

    Of a group all members fail but one, each with alerts at the times of its own objective.
    """
    failing = (facts.member, *facts.overridden)
    known = [detection for member in failing for detection in timing.detections(facts, Fraction(1), member)]
    known.sort(key=lambda detection: detection.fires)
    if not known:
        return None
    checks = _ordered(
        check for detection in _within(facts, known, _OUTAGE_LIMIT) for check in _around(facts, known, detection)
    )
    ticks, volume = checks[-1].at // facts.tick, _volume(facts)
    series = [row for member in failing for row in samples(facts, (Phase(ticks, bad=volume),), member)]
    remark = f"in theory {timing.summary(timing.detections(facts, Fraction(1)))}"
    if facts.group_by:
        series += [row for member in facts.members[1:] for row in samples(facts, (Phase(ticks, good=volume),), member)]
        checks += _of_group(facts, checks[-1].at, failing)
        remark += "; other members fail at the moments of their own objectives, or are well"
    return Scenario(tuple(series), tuple(checks), remark)


def _of_group(facts: SloFacts, at: int, failing: Sequence[Member]) -> list[Check]:
    """Check the budget and ratio of each member, and of the group as a whole."""
    everyone = (*failing, *facts.members[1:])
    ratio = Fraction(len(failing), len(everyone))
    spent = Fraction(len(failing)) / sum((Fraction(member.budget) for member in everyone), Fraction(0))
    recorded = min(Fraction(timing.covered(facts, at)) / facts.scaled(facts.window), Fraction(1))
    checks = [share(at, facts.series(names.BUDGET, member), Fraction(member.budget)) for member in everyone]
    checks += [share(at, facts.series(names.REMAINING, member), Fraction(1)) for member in facts.members[1:]]
    return [
        *checks,
        share(at, facts.whole(names.rollup_ratio(facts.window)), ratio),
        share(at, facts.whole(names.ROLLUP_REMAINING), 1 - spent * recorded),
    ]


def _ordered(checks: Iterable[Check]) -> list[Check]:
    """Return the checks by time, one for each time."""
    return list({check.at: check for check in sorted(checks, key=lambda check: check.at)}.values())


def _within(facts: SloFacts, known: Sequence[Detection], limit: int) -> list[Detection]:
    """Return the detections within a limit, and the first one in any case."""
    return [m for m in known if m is known[0] or m.fires <= facts.scaled(limit)]


def _around(facts: SloFacts, known: Sequence[Detection], detection: Detection) -> list[Check]:
    """Check the last evaluation before a detection and the first one after it, if no other alert is due in between."""
    found = []
    for start, way in ((detection.silent, -facts.step), (detection.fires, facts.step)):
        at = start
        while (expected := timing.firing(known, at)) is None:
            at += way
        if at > 0:
            found.append(alerts(facts, at, *expected))
    return found


def recovery(facts: SloFacts) -> Scenario | None:
    """Return an outage that ends: each tier stops within its short window, one scrape and one evaluation."""
    tiers = {tier.name: tier for tier in facts.member.tiers if tier.short <= _RECOVERY_LIMIT}
    known = [m for m in timing.detections(facts, Fraction(1)) if m.alert.fact.tier in tiers]
    raised = {m.alert.fact.tier: m for m in _within(facts, known, _OUTAGE_LIMIT)}
    if not raised:
        return None
    end = facts.closing(max(detection.fires for detection in raised.values()))
    late = max(facts.scrape, slice_history.uncertain_minutes(facts) * MINUTE if facts.sliced else 0)
    checks = []
    for name, tier in tiers.items():
        if name in raised:
            over = facts.after(end + facts.scaled(tier.short) + late)
            firing = facts.series("ALERTS", alertstate="firing", tier=name)
            ratio = facts.series(names.error_ratio(tier.short))
            checks += [value(end, firing, 1), nothing(over, firing), value(over, ratio, 0)]
    volume = _volume(facts)
    last = max(check.at for check in checks)
    phases = (Phase(end // facts.tick, bad=volume), Phase((last - end) // facts.tick, good=volume))
    return Scenario(samples(facts, phases), tuple(checks), f"good again after {duration(end)}")


def slow_burn(facts: SloFacts) -> Scenario | None:
    """Return errors just below the rate that pages: the ticket fires when theory says, and no page."""
    tickets = facts.tiers("ticket")
    if not tickets:
        return None
    ratio, volume = _whole(facts, _between(facts))
    known = timing.detections(facts, ratio)
    first = next((m for m in known if m.alert.fact.tier in {tier.name for tier in tickets}), None)
    if first is None or first.fires > facts.scaled(_SLOW_LIMIT):
        return None
    checks = _around(facts, known, first)
    end = checks[-1].at
    bad = int(ratio * volume)
    phases = (Phase(end // facts.tick, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {timing.summary(known[:1])}"
    return Scenario(samples(facts, phases), (*checks, *_recorded(facts, end, bad, volume)), remark)


def _between(facts: SloFacts) -> Fraction:
    """Return an error ratio just below what pages, and below twice the limit of the highest ticket.

    Without page tiers it is about six times what raises a ticket.
    """
    pages = [Fraction(tier.threshold) for tier in facts.tiers("page")]
    tickets = [Fraction(tier.threshold) for tier in facts.tiers("ticket")]
    if pages:
        return min(*pages, 2 * max(tickets)) * _NEARLY
    ratio = 6 * min(tickets)
    return _bounded(ratio * _NEARLY if ratio in tickets else ratio, facts)


def _recorded(facts: SloFacts, at: int, bad: int, volume: int) -> list[Check]:
    """Check the records at the end: each window counts every event once, and the remaining budget follows."""
    ratio = Fraction(bad, volume)
    checks = []
    for window in sorted({w for tier in facts.member.tiers for w in (tier.long, tier.short)}):
        if facts.scaled(window) + facts.subwindow + facts.scrape <= at:
            events = int(bad * facts.scaled(window) // facts.tick)
            checks.append(value(at, facts.series(names.events(window), kind="bad"), events))
            checks.append(share(at, facts.series(names.error_ratio(window)), ratio))
    spent = ratio / facts.budget * min(Fraction(1), at / facts.scaled(facts.window))
    checks.append(share(at, facts.series(names.REMAINING), 1 - spent))
    return checks


def fresh_start(facts: SloFacts) -> Scenario:
    """Return errors on a fresh server: ten minutes of them do not count as days, and pages fire when theory says.

    Without tiers that page, tickets do.
    """
    highest = max((Fraction(tier.threshold) for tier in facts.member.tiers), default=facts.budget)
    ratio, volume = _whole(facts, _bounded(max(20 * facts.budget, highest * 4 / 3), facts))
    known = timing.detections(facts, ratio)
    started = facts.before(facts.scaled(_STARTED) + 1)
    times = (facts.step, facts.before(Fraction(started, 2)), started)
    checks = [alerts(facts, at, *firing) for at in times if at > 0 and (firing := timing.firing(known, at)) is not None]
    pages = {tier.name for tier in facts.tiers("page") or facts.member.tiers}
    due = [m for m in known if m.alert.fact.tier in pages and m.fires <= facts.scaled(_START_LIMIT)]
    checks = _ordered([*checks, *(check for detection in due for check in _around(facts, known, detection))])
    bad = int(ratio * volume)
    phases = (Phase(checks[-1].at // facts.tick, good=volume - bad, bad=bad),)
    remark = f"{bad} of {volume} events are bad; in theory {timing.summary(known)}"
    return Scenario(samples(facts, phases), tuple(checks), remark)


def few_failures(facts: SloFacts) -> Scenario | None:
    """Return fewer bad events than `min_bad_events` and no good one: an error ratio of 100 % that raises nothing."""
    failures = facts.min_bad_events - 1
    tiers = {tier.name for tier in facts.member.tiers}
    known = [m for m in timing.detections(facts, Fraction(1)) if m.alert.fact.tier in tiers]
    if failures < 1 or not known:
        return None
    idle = _within(facts, known, _OUTAGE_LIMIT)[-1].fires // facts.tick
    spread = min(failures, max(1, facts.subwindow // facts.tick))
    each = -(-failures // spread)
    phases = [Phase(idle), Phase(failures // each, bad=each)]
    if rest := failures % each:
        phases.append(Phase(1, bad=rest))
    ticks = sum(phase.ticks for phase in phases)
    # The last failure is alert by the first evaluation from it on.
    if missing := -ticks % (facts.step // facts.tick):
        phases[0] = Phase(idle + missing)
    end = (ticks + missing) * facts.tick
    burning = facts.series("ALERTS", alertname=known[0].alert.fact.name)
    checks = (value(end, facts.series(names.error_ratio(SUBWINDOW)), 1), nothing(end, burning))
    remark = f"{failures} bad of {failures}, where min_bad_events is {failures + 1}"
    return Scenario(samples(facts, phases, start=1000), checks, remark)


def _volume(facts: SloFacts) -> int:
    """Return the events per tick of a service too busy for `min_bad_events` to matter."""
    return max(1000, 2 * facts.min_bad_events)


def _whole(facts: SloFacts, ratio: Fraction) -> tuple[Fraction, int]:
    """Return the highest error ratio up to this one that whole events can have, and the events per tick."""
    volume = _volume(facts)
    while ratio * volume < max(50, 2 * facts.min_bad_events):
        volume *= 10
    return Fraction(ratio * volume // 1, volume), volume


def _bounded(ratio: Fraction, facts: SloFacts) -> Fraction:
    """Return the ratio, at most one halfway between the highest threshold and 100 %."""
    highest = max((Fraction(tier.threshold) for tier in facts.member.tiers), default=facts.budget)
    return min(ratio, (1 + highest) / 2)
