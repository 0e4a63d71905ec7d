"""Scenarios in which nothing burns: good traffic, none at all, and series that are gone."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.alerting.alerts import ABSENT_AFTER
from slo.promql import duration
from slo.ruletests import detection
from slo.ruletests.script import Check, Phase, Script, Seen, alerts, nothing, played, shaped, share, value
from slo.times import MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import Shape, Subject

_EVENTS = 100
_WHILE = 20 * MINUTE
_LIVING = 10 * MINUTE


def healthy(subject: Subject) -> Script:
    """Good events alone, and no series that only bad ones would make: as it is before the first error."""
    end = subject.after(subject.scaled(_WHILE))
    shapes = tuple(shape for shape in subject.role.shapes if shape.good or shape.kind != "counter")
    every = MINUTE if subject.sliced else subject.tick
    events = (1 if subject.sliced else _EVENTS) * subject.tile // every
    recorded = detection.covered(subject, end) / subject.scaled(subject.window)
    info = subject.series(names.INFO, objective=f"{subject.objective.normalize():f}", window=duration(subject.window))
    checks = (
        nothing(end, subject.series("ALERTS")),
        value(end, subject.series(names.events(SUBWINDOW), kind="total"), events),
        value(end, subject.series(names.error_ratio(SUBWINDOW)), 0),
        share(end, subject.series(names.REMAINING), Fraction(1)),
        share(end, subject.series(names.BUDGET), subject.budget),
        share(end, subject.series(names.COVERED), recorded),
        value(end, info, 1),
    )
    phases = (Phase(end // subject.tick, good=_EVENTS),)
    return Script(shaped(shapes, subject, phases), checks, "all events are good")


def idle(subject: Subject) -> Script | None:
    """Counters that stand still are data: quiet, no division by zero, nothing spent. A gauge is never idle."""
    if subject.sliced:
        return None
    end = subject.after(subject.scaled(_WHILE))
    recorded = f'{{__name__=~"slo:.+",{subject.series("").removeprefix("{")}'
    checks = (
        nothing(end, subject.series("ALERTS")),
        value(end, subject.series(names.events(SUBWINDOW), kind="total"), 0),
        nothing(end, subject.series(names.error_ratio(SUBWINDOW))),
        # Zero times a sum is zero unless one of its parts is NaN or infinite.
        Check(end, f"0 * sum({recorded})", (("{}", "0"),)),
        share(end, subject.series(names.REMAINING), Fraction(1)),
    )
    phases = (Phase(end // subject.tick),)
    return Script(played(subject, phases, start=1000), checks, "counters stand at 1000")


def gone(subject: Subject) -> Script | None:
    """The series end: `NoData` fires after ten minutes without a record, and ends ten minutes after the next one."""
    return _vanished(subject, raised=True) if subject.target is None else None


def target_down(subject: Subject) -> Script | None:
    """The series end and the target is down: `NoData` comes as it does without a target."""
    return _vanished(subject, raised=True, up=0)


def target_up(subject: Subject) -> Script | None:
    """The series are not there, and the target is up: they are not created yet."""
    return _vanished(subject, raised=False, up=1)


def _vanished(subject: Subject, *, raised: bool, up: int | None = None) -> Script | None:
    """Some good events, then no series any more. Of a group one member leaves first: that alone is no `NoData`.

    The alert of the missing member keeps firing until the `NoData` of the SLO.
    """
    fact, left = subject.facts.get("no-data"), subject.facts.get("member-no-data")
    if (fact is None and left is None) or (up is not None and subject.target is None):
        return None
    last = end = subject.closing(subject.scaled(_LIVING))
    checks: list[Check] = []
    series: tuple[tuple[int, str], ...] = ()
    before: list[Seen] = []
    for role in reversed(subject.roles):
        silent, fires = _absent(subject, end)
        only = role is subject.role
        seen = [Seen(fact)] if only and fact and raised else [Seen(left, role.labels)] if left and not only else []
        phases = [Phase(end // subject.tick, good=_EVENTS), Phase(1, absent=True)]
        checks += [alerts(subject, silent, *before), alerts(subject, fires, *seen)]
        if only and fact and raised:
            back = subject.closing(fires)
            over = _over(subject, back)
            gone, here = (back - end) // subject.tick, (over - back) // subject.tick
            phases[1:] = [Phase(gone, absent=True), Phase(here, good=_EVENTS)]
            checks += _returned(subject, back, over, fact)
        series += played(subject, phases, role)
        before, end = seen, subject.closing(fires)
    if up is not None and subject.target is not None:
        series += ((subject.target, f"{up}+0x{checks[-1].at // subject.tick}"),)
    return Script(series, tuple(checks), f"no samples after {duration(last)}")


def _over(subject: Subject, back: int) -> int:
    """Return the first evaluation surely without `NoData` if samples return at `back`."""
    recorded = back + 2 * subject.scrape + (2 * MINUTE if subject.by_minute else subject.step)
    return subject.closing(recorded + subject.scaled(ABSENT_AFTER))


def _returned(subject: Subject, back: int, over: int, fact: AlertFacts) -> list[Check]:
    """Check that `NoData` keeps firing for ten minutes after the next record: flapping series raise one alert."""
    firing = subject.whole("ALERTS", alertname=fact.name, alertstate="firing")
    late = back + int(subject.scaled(ABSENT_AFTER)) - subject.step
    recorded = subject.series(names.events(SUBWINDOW), kind="bad")
    return [value(late, f"count({recorded})", 1), value(late, firing, 1), nothing(over, firing)]


def _absent(subject: Subject, last: int) -> tuple[int, int]:
    """The last evaluation without `NoData` and the first with it, where the last sample was at a moment.

    The records end when the base range holds less than two samples, or the tile no slice any more. A sample on the very
    edge of a range belongs to it on Prometheus 2 and not on Prometheus 3.
    """
    reach = subject.scrape - subject.tick
    if not subject.by_minute:
        first = last + subject.tile + reach
        absent = first + -first % subject.step, subject.after(first)
    else:
        known = min(_remembered(shape, subject.tick) for shape in subject.role.shapes if shape.ends)
        end = last + SUBWINDOW - 1
        first, late = max(-(-known // MINUTE) - 1, 0), known // MINUTE
        absent = subject.after(end + first * MINUTE), subject.after(end + late * MINUTE)
    wait = int(subject.scaled(ABSENT_AFTER))
    return absent[0] + wait - subject.step, absent[1] + wait


def _remembered(shape: Shape, tick: int) -> int:
    """Return how long a value outlives the last sample: a rate, while its range contains two samples."""
    return shape.reach - tick if shape.counts else shape.reach
