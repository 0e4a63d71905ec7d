"""Scenarios of time slices that differ from those of events: the error budget burns minute by minute."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from slo.plan import names
from slo.ruletests import slice_history, timing
from slo.ruletests.samples import Phase, samples
from slo.ruletests.scenario import Scenario, alerts, nothing, share, value
from slo.ruletests.slice_history import History
from slo.times import DAY, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.ruletests.facts import SloFacts
    from slo.ruletests.scenario import Check

_SLOW_LIMIT = DAY // MINUTE
_STARTED = 10
_PAUSE = 3 * MINUTE
_EVENTS = 1000
_TRIES = 12


def slow_burn(facts: SloFacts) -> Scenario | None:
    """Return bad minutes too rare for a page, even where a window has one more than its share."""
    tickets = {tier.name for tier in facts.tiers("ticket")}
    for every in _spacings(facts) if tickets else ():
        bad = [minute % every == 0 for minute in range(1, _SLOW_LIMIT + 1)]
        history = History.of(facts, bad)
        found = _first(history, tickets)
        if found is not None:
            return _slow(facts, history, bad, found)
    return None


def _spacings(facts: SloFacts) -> Iterator[int]:
    """Yield minutes between bad ones: from the fewest that cannot page to the most that raise a ticket."""
    pages = [Fraction(tier.threshold) for tier in facts.tiers("page")]
    lowest = min(Fraction(tier.threshold) for tier in facts.tiers("ticket"))
    every = max(2, -(-1 // (min(pages) if pages else 6 * lowest)))
    for _ in range(_TRIES):
        if every * lowest >= 1:
            return
        yield every
        every += max(1, every // 8)


def _first(history: History, tickets: set[str]) -> int | None:
    """Return the first evaluation with a certain ticket; None where a page may come first, or no ticket does."""
    facts = history.facts
    limits = timing.limits(facts, facts.member)
    pages = [limit for limit in limits if limit.fact.severity == "page" and limit.short is not None]
    wanted = [limit for limit in limits if limit.fact.tier in tickets]
    # Within a minute the evaluation before its end knows most: no bad minute more, and more of the window recorded.
    start, step = (2 * MINUTE - facts.step, MINUTE) if MINUTE % facts.step == 0 else (facts.step, facts.step)
    for at in range(start, _SLOW_LIMIT * MINUTE, step):
        if any(history.fires(limit, at) is not False for limit in pages):
            return None
        if any(history.fires(limit, at) for limit in wanted) and history.firing(at) is not None:
            return at
    return None


def _slow(facts: SloFacts, history: History, bad: list[bool], found: int) -> Scenario:
    """Return the last evaluation certainly without the ticket, the first certainly with it, and the records."""
    before = found - facts.step
    while (expected := history.firing(before)) is None or expected == history.firing(found):
        before -= facts.step
    page = facts.series("ALERTS", alertstate="firing", severity="page")
    checks = (
        alerts(facts, before, *expected),
        alerts(facts, found, *(history.firing(found) or ())),
        nothing(found, f"count_over_time({page}[{found}s])"),
        *_recorded(history, found),
    )
    series = samples(facts, slice_history.phases(facts, bad[: -(-found // MINUTE)], _EVENTS))
    return Scenario(
        series, checks, f"one minute of {bad.index(True) + 1} is bad, one minute more or less in each window"
    )


def _recorded(history: History, at: int) -> list[Check]:
    """Check that each fully recorded window counts every bad minute once, where they are certain."""
    facts, checks = history.facts, []
    windows = sorted({w for tier in facts.member.tiers for w in (tier.long, tier.short)})
    for window in windows:
        fewest, minutes = history.count(history.fewest, window, at)
        most, _ = history.count(history.most, window, at)
        if fewest == most and minutes * MINUTE == window:
            checks.append(value(at, facts.series(names.events(window), kind="bad"), fewest))
            checks.append(share(at, facts.series(names.error_ratio(window)), Fraction(fewest, minutes)))
    return checks


def fresh_start(facts: SloFacts) -> Scenario:
    """Return just enough bad minutes for an alert, then good ones: much of the records, and little of the windows."""
    failing = min(max(2, facts.min_bad_events), _STARTED // 2)
    bad = [minute < failing for minute in range(_STARTED)]
    history = History.of(facts, bad)
    times = range(timing.first_record(facts), _STARTED * MINUTE + 1, facts.step)
    sure = [(at, firing) for at in times if (firing := history.firing(at)) is not None]
    changes = [row for one, other in pairwise(sure) if one[1] != other[1] for row in (one, other)]
    checks = {at: alerts(facts, at, *firing) for at, firing in (*changes, *sure[-1:])}
    series = samples(facts, slice_history.phases(facts, bad, _EVENTS))
    return Scenario(series, tuple(checks.values()), f"the first {failing} of ten minutes are bad")


def few_failures(facts: SloFacts) -> Scenario | None:
    """Return fewer bad minutes than `min_bad_events`, then no data: an error ratio of 100 % that raises nothing."""
    failures = facts.min_bad_events - 1
    last = failures * MINUTE
    end = facts.after(last + _PAUSE - 1)
    outages = [Fraction(tier.threshold) * tier.long for tier in facts.member.tiers if tier.threshold < 1]
    alert = timing.covered(facts, end) > min(outages, default=Fraction(end))
    if failures < 1 or not alert or end - last >= facts.subwindow or slice_history.uncertain_minutes(facts):
        return None
    burning = facts.series("ALERTS", alertname=facts.alerts_by_tier[facts.member.tiers[0].name].name)
    checks = (value(end, facts.series(names.error_ratio(SUBWINDOW)), 1), nothing(end, burning))
    phases = (Phase(last // facts.tick, bad=_EVENTS), Phase((end - last) // facts.tick, absent=True))
    return Scenario(samples(facts, phases), checks, f"{failures} bad, where min_bad_events is {failures + 1}")
