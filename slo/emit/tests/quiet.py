"""Scenarios in which nothing burns: good traffic, none at all, and series that are gone."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.burnrate import MINUTE
from slo.emit.tests.script import Check, Phase, Script, alerts, nothing, played, share, value
from slo.plan import names
from slo.plan.alerts import ABSENT_AFTER
from slo.plan.cascade import TILE
from slo.promql import parse_selector
from slo.selectors import example

if TYPE_CHECKING:
    from slo.emit.tests.subject import Subject

_EVENTS = 100
_WHILE = 20 * MINUTE
_LIVING = 10 * MINUTE


def healthy(subject: Subject) -> Script:
    """Good events alone, and no series that only bad ones would make: as it is before the first error."""
    end = subject.after(subject.scaled(_WHILE))
    feeds = tuple(feed for feed in subject.feeds if feed.good)
    checks = (
        nothing(end, subject.series("ALERTS")),
        value(end, subject.series(names.events(TILE), kind="total"), _EVENTS * subject.tile // subject.step),
        value(end, subject.series(names.error_ratio(TILE)), 0),
        share(end, subject.series(names.REMAINING), Fraction(1)),
        share(end, subject.series(names.BUDGET), subject.budget),
    )
    phases = (Phase(end // subject.step, good=_EVENTS),)
    return Script(subject, played(feeds, phases), checks, "all events are good")


def idle(subject: Subject) -> Script:
    """Counters that stand still are data: quiet, no division by zero, nothing spent."""
    end = subject.after(subject.scaled(_WHILE))
    recorded = f'{{__name__=~"slo:.+",{subject.series("").removeprefix("{")}'
    checks = (
        nothing(end, subject.series("ALERTS")),
        value(end, subject.series(names.events(TILE), kind="total"), 0),
        nothing(end, subject.series(names.error_ratio(TILE))),
        # Zero times a sum is zero unless one of its parts is NaN or infinite.
        Check(end, f"0 * sum({recorded})", (("{}", "0"),)),
        share(end, subject.series(names.REMAINING), Fraction(1)),
    )
    phases = (Phase(end // subject.step),)
    return Script(subject, played(subject.feeds, phases, start=1000), checks, "counters stand at 1000")


def gone(subject: Subject) -> Script | None:
    """The series end: `NoData` comes when nothing was recorded for ten minutes."""
    return None if subject.slo.alerts.target else _vanished(subject, raised=True)


def target_down(subject: Subject) -> Script | None:
    """The series end and the target is down: `NoData` comes as it does without a target."""
    return _vanished(subject, raised=True, up=0) if subject.slo.alerts.target else None


def target_up(subject: Subject) -> Script | None:
    """The series are not there, and the target is up: they are not created yet."""
    return _vanished(subject, raised=False, up=1) if subject.slo.alerts.target else None


def _vanished(subject: Subject, *, raised: bool, up: int | None = None) -> Script | None:
    """Some good events, then no series any more; the records end when the base range holds less than two samples."""
    fact = subject.facts.get("no-data")
    target = [] if up is None else _target(subject)
    if fact is None or target is None:
        return None
    last = subject.before(subject.scaled(_LIVING) + 1)
    silent = subject.before(last + subject.scaled(ABSENT_AFTER) + 1)
    fires = subject.after(last + subject.tile + subject.scrape + subject.scaled(ABSENT_AFTER) + subject.step)
    series = played(subject.feeds, (Phase(last // subject.step, good=_EVENTS),))
    series += tuple((name, f"{up}+0x{fires // subject.step}") for name in target)
    checks: tuple[Check, ...] = (alerts(subject, silent), alerts(subject, fires, *([fact] if raised else [])))
    return Script(subject, series, checks, f"no samples after {last} s")


def _target(subject: Subject) -> list[str] | None:
    """A series that the target's selector matches, or None where none could be made."""
    series = example((parse_selector(subject.slo.alerts.target or ""),))
    return None if series is None else [series]
