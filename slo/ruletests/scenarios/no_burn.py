"""Scenarios in which nothing burns: good traffic, no traffic, and no data."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.alerting.alerts import ABSENT_AFTER
from slo.promql import duration
from slo.ruletests import timing
from slo.ruletests.samples import Phase, samples, samples_of
from slo.ruletests.scenario import Check, FiringAlert, Scenario, alerts, nothing, share, value
from slo.times import MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import NumberedSeries, SloFacts

_EVENTS = 100
_WHILE = 20 * MINUTE
_LIVING = 10 * MINUTE


def healthy(facts: SloFacts) -> Scenario:
    """Return good events alone, without the series of bad ones: as before the first error."""
    end = facts.after(facts.scaled(_WHILE))
    inputs = tuple(source for source in facts.member.inputs if source.good or source.kind != "counter")
    every = MINUTE if facts.sliced else facts.tick
    events = (1 if facts.sliced else _EVENTS) * facts.subwindow // every
    recorded = timing.covered(facts, end) / facts.scaled(facts.window)
    info = facts.series(names.INFO, objective=f"{facts.objective.normalize():f}", window=duration(facts.window))
    checks = (
        nothing(end, facts.series("ALERTS")),
        value(end, facts.series(names.events(SUBWINDOW), kind="total"), events),
        value(end, facts.series(names.error_ratio(SUBWINDOW)), 0),
        share(end, facts.series(names.REMAINING), Fraction(1)),
        share(end, facts.series(names.BUDGET), facts.budget),
        share(end, facts.series(names.COVERED), recorded),
        value(end, info, 1),
    )
    phases = (Phase(end // facts.tick, good=_EVENTS),)
    return Scenario(samples_of(inputs, facts, phases), checks, "all events are good")


def idle(facts: SloFacts) -> Scenario | None:
    """Return counters without increase: no alert, no division by zero, no budget spent. A gauge is never idle."""
    if facts.sliced:
        return None
    end = facts.after(facts.scaled(_WHILE))
    recorded = f'{{__name__=~"slo:.+",{facts.series("").removeprefix("{")}'
    checks = (
        nothing(end, facts.series("ALERTS")),
        value(end, facts.series(names.events(SUBWINDOW), kind="total"), 0),
        nothing(end, facts.series(names.error_ratio(SUBWINDOW))),
        # Zero times a sum is zero unless one of its parts is NaN or infinite.
        Check(end, f"0 * sum({recorded})", (("{}", "0"),)),
        share(end, facts.series(names.REMAINING), Fraction(1)),
    )
    phases = (Phase(end // facts.tick),)
    return Scenario(samples(facts, phases, start=1000), checks, "counters stand at 1000")


def gone(facts: SloFacts) -> Scenario | None:
    """Return series that end: `NoData` fires ten minutes after the last record, and ends ten minutes after the next."""
    return _vanished(facts, raised=True) if facts.target is None else None


def target_down(facts: SloFacts) -> Scenario | None:
    """Return series that end while the target is down: `NoData` fires."""
    return _vanished(facts, raised=True, up=0)


def target_up(facts: SloFacts) -> Scenario | None:
    """Return series that end while the target is up: they do not exist yet, and nothing fires."""
    return _vanished(facts, raised=False, up=1)


def _vanished(facts: SloFacts, *, raised: bool, up: int | None = None) -> Scenario | None:
    """Return good events, then no series. Of a group one member ends first: that alone is not `NoData`.

    The alert of the missing member keeps firing until the `NoData` of the SLO.
    """
    fact, left = facts.alerts_by_tier.get("no-data"), facts.alerts_by_tier.get("member-no-data")
    if (fact is None and left is None) or (up is not None and facts.target is None):
        return None
    last = end = facts.closing(facts.scaled(_LIVING))
    checks: list[Check] = []
    series: tuple[tuple[int, str], ...] = ()
    before: list[FiringAlert] = []
    for member in reversed(facts.members):
        silent, fires = _absent(facts, end)
        only = member is facts.member
        alert = (
            [FiringAlert(fact)]
            if only and fact and raised
            else [FiringAlert(left, member.labels)]
            if left and not only
            else []
        )
        phases = [Phase(end // facts.tick, good=_EVENTS), Phase(1, absent=True)]
        checks += [alerts(facts, silent, *before), alerts(facts, fires, *alert)]
        if only and fact and raised:
            back = facts.closing(fires)
            over = _over(facts, back)
            gone, here = (back - end) // facts.tick, (over - back) // facts.tick
            phases[1:] = [Phase(gone, absent=True), Phase(here, good=_EVENTS)]
            checks += _returned(facts, back, over, fact)
        series += samples(facts, phases, member)
        before, end = alert, facts.closing(fires)
    if up is not None and facts.target is not None:
        series += ((facts.target, f"{up}+0x{checks[-1].at // facts.tick}"),)
    return Scenario(series, tuple(checks), f"no samples after {duration(last)}")


def _over(facts: SloFacts, back: int) -> int:
    """Return the first evaluation surely without `NoData` if samples return at `back`."""
    recorded = back + 2 * facts.scrape + (2 * MINUTE if facts.by_minute else facts.step)
    return facts.closing(recorded + facts.scaled(ABSENT_AFTER))


def _returned(facts: SloFacts, back: int, over: int, fact: AlertFacts) -> list[Check]:
    """Check that `NoData` keeps firing for ten minutes after the next record: flapping series raise one alert."""
    firing = facts.whole("ALERTS", alertname=fact.name, alertstate="firing")
    late = back + int(facts.scaled(ABSENT_AFTER)) - facts.step
    recorded = facts.series(names.events(SUBWINDOW), kind="bad")
    return [value(late, f"count({recorded})", 1), value(late, firing, 1), nothing(over, firing)]


def _absent(facts: SloFacts, last: int) -> tuple[int, int]:
    """Return the last evaluation without `NoData` and the first with it, after a last sample.

    The records end when the base range has fewer than two samples, or the subwindow no slice. A sample on the edge of
    a range belongs to it on Prometheus 2 and not on Prometheus 3.
    """
    reach = facts.scrape - facts.tick
    if not facts.by_minute:
        first = last + facts.subwindow + reach
        absent = first + -first % facts.step, facts.after(first)
    else:
        known = min(_remembered(source, facts.tick) for source in facts.member.inputs if source.ends)
        end = last + SUBWINDOW - 1
        first, late = max(-(-known // MINUTE) - 1, 0), known // MINUTE
        absent = facts.after(end + first * MINUTE), facts.after(end + late * MINUTE)
    wait = int(facts.scaled(ABSENT_AFTER))
    return absent[0] + wait - facts.step, absent[1] + wait


def _remembered(source: NumberedSeries, tick: int) -> int:
    """Return how long a value outlives the last sample: a rate, while its range contains two samples."""
    return source.reach - tick if source.counts else source.reach
