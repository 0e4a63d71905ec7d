"""Scenarios in which the error budget burns minute by minute: those of slices that differ from those of events."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from slo.plan import names
from slo.ruletests import detection, slice_history
from slo.ruletests.script import Phase, Script, alerts, nothing, played, share, value
from slo.ruletests.slice_history import History
from slo.times import DAY, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.ruletests.facts import Subject
    from slo.ruletests.script import Check

_SLOW_LIMIT = DAY // MINUTE
_STARTED = 10
_PAUSE = 3 * MINUTE
_EVENTS = 1000
_TRIES = 12


def slow_burn(subject: Subject) -> Script | None:
    """One bad minute of so many that no page comes, even where a window holds one more of them than its share."""
    tickets = {tier.name for tier in subject.tiers("ticket")}
    for every in _spacings(subject) if tickets else ():
        bad = [minute % every == 0 for minute in range(1, _SLOW_LIMIT + 1)]
        history = History.of(subject, bad)
        found = _first(history, tickets)
        if found is not None:
            return _slow(subject, history, bad, found)
    return None


def _spacings(subject: Subject) -> Iterator[int]:
    """Minutes from one bad one to the next: from the fewest that cannot page on, up to the most that raise a ticket."""
    pages = [Fraction(tier.threshold) for tier in subject.tiers("page")]
    lowest = min(Fraction(tier.threshold) for tier in subject.tiers("ticket"))
    every = max(2, -(-1 // (min(pages) if pages else 6 * lowest)))
    for _ in range(_TRIES):
        if every * lowest >= 1:
            return
        yield every
        every += max(1, every // 8)


def _first(history: History, tickets: set[str]) -> int | None:
    """The first evaluation at which a ticket is sure, or None where a page may come before it or no ticket does."""
    subject = history.subject
    limits = detection.limits(subject, subject.role)
    pages = [limit for limit in limits if limit.fact.severity == "page" and limit.short is not None]
    wanted = [limit for limit in limits if limit.fact.tier in tickets]
    # Within a minute the evaluation before its end knows most: no bad minute more, and more of the window recorded.
    start, step = (2 * MINUTE - subject.step, MINUTE) if MINUTE % subject.step == 0 else (subject.step, subject.step)
    for at in range(start, _SLOW_LIMIT * MINUTE, step):
        if any(history.fires(limit, at) is not False for limit in pages):
            return None
        if any(history.fires(limit, at) for limit in wanted) and history.firing(at) is not None:
            return at
    return None


def _slow(subject: Subject, history: History, bad: list[bool], found: int) -> Script:
    """The last evaluation that is sure to be without the ticket, the first that is sure to be with it, and records."""
    before = found - subject.step
    while (expected := history.firing(before)) is None or expected == history.firing(found):
        before -= subject.step
    page = subject.series("ALERTS", alertstate="firing", severity="page")
    checks = (
        alerts(subject, before, *expected),
        alerts(subject, found, *(history.firing(found) or ())),
        nothing(found, f"count_over_time({page}[{found}s])"),
        *_recorded(history, found),
    )
    series = played(subject, slice_history.phases(subject, bad[: -(-found // MINUTE)], _EVENTS))
    return Script(series, checks, f"one minute of {bad.index(True) + 1} is bad, one minute more or less in each window")


def _recorded(history: History, at: int) -> list[Check]:
    """Every bad minute counted once in each window that is recorded in full, where it is sure which are bad."""
    subject, checks = history.subject, []
    windows = sorted({w for tier in subject.role.tiers for w in (tier.long, tier.short)})
    for window in windows:
        fewest, minutes = history.count(history.fewest, window, at)
        most, _ = history.count(history.most, window, at)
        if fewest == most and minutes * MINUTE == window:
            checks.append(value(at, subject.series(names.events(window), kind="bad"), fewest))
            checks.append(share(at, subject.series(names.error_ratio(window)), Fraction(fewest, minutes)))
    return checks


def fresh_start(subject: Subject) -> Script:
    """Just enough bad minutes to be told, then good ones: a large part of what is known, and little of the windows."""
    failing = min(max(2, subject.min_bad_events), _STARTED // 2)
    bad = [minute < failing for minute in range(_STARTED)]
    history = History.of(subject, bad)
    times = range(detection.first_record(subject), _STARTED * MINUTE + 1, subject.step)
    sure = [(at, firing) for at in times if (firing := history.firing(at)) is not None]
    changes = [row for one, other in pairwise(sure) if one[1] != other[1] for row in (one, other)]
    checks = {at: alerts(subject, at, *firing) for at, firing in (*changes, *sure[-1:])}
    series = played(subject, slice_history.phases(subject, bad, _EVENTS))
    return Script(series, tuple(checks.values()), f"the first {failing} of ten minutes are bad")


def few_failures(subject: Subject) -> Script | None:
    """Fewer bad minutes than `min_bad_events`, then none at all: a ratio of 100 % that means nothing."""
    failures = subject.min_bad_events - 1
    last = failures * MINUTE
    end = subject.after(last + _PAUSE - 1)
    outages = [Fraction(tier.threshold) * tier.long for tier in subject.role.tiers if tier.threshold < 1]
    seen = detection.covered(subject, end) > min(outages, default=Fraction(end))
    if failures < 1 or not seen or end - last >= subject.tile or slice_history.blur(subject):
        return None
    burning = subject.series("ALERTS", alertname=subject.facts[subject.role.tiers[0].name].name)
    checks = (value(end, subject.series(names.error_ratio(SUBWINDOW)), 1), nothing(end, burning))
    phases = (Phase(last // subject.tick, bad=_EVENTS), Phase((end - last) // subject.tick, absent=True))
    return Script(played(subject, phases), checks, f"{failures} bad, where min_bad_events is {failures + 1}")
