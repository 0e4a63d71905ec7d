"""The scenario of a budget around zero: one alert until enough of it is left again."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.alerting.alerts import RECOVERED
from slo.ruletests import timing
from slo.ruletests.samples import Phase, samples
from slo.ruletests.scenario import Scenario, nothing, value
from slo.times import HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.ruletests.facts import SloFacts
    from slo.ruletests.scenario import Check

_LIMIT = 6 * HOUR
_TILES = 12
"""Subwindows to spread the spent budget over: where traffic changes, a range may count part of a subwindow twice."""
_HALF = Fraction(RECOVERED) / 2
_LEVELS = (-_HALF, _HALF, -_HALF, _HALF, 3 * _HALF, _HALF)
"""Budget remaining at the end of each part. The first part has all bad events; later parts vary the traffic."""
_LENGTHS = (10, 1, 1, 1, 1, 2)
"""Lengths of the parts in multiples of the shortest; a part that spends is long enough for non-negative traffic."""


def around_zero(facts: SloFacts) -> Scenario | None:
    """Return a budget that crosses zero twice, rises above the recovery level, then falls below it."""
    if "exhausted" not in facts.alerts_by_tier or facts.by_minute:
        return None
    window = facts.scaled(facts.window)
    first = max(window * facts.budget * (1 + _HALF), Fraction(_TILES * facts.subwindow))
    unit = facts.after(first / _LENGTHS[0])
    ends = [sum(_LENGTHS[: number + 1]) * unit for number in range(len(_LENGTHS))]
    if ends[0] > facts.scaled(_LIMIT) or ends[-1] > window:
        return None
    phases = _phases(facts, ends)
    volume = phases[0].good + phases[0].bad
    # A rate is never extrapolated below zero: counters begin above what they count within a subwindow.
    series = samples(facts, phases, start=volume * -(-2 * facts.subwindow // facts.tick))
    return Scenario(series, _checks(facts, ends), f"hovers around zero; recovered with {float(RECOVERED):.0%} left")


def _phases(facts: SloFacts, ends: Sequence[int]) -> list[Phase]:
    """Return the traffic that reaches each level; all bad events are in the first phase."""
    window, ticks = facts.scaled(facts.window), ends[0] // facts.tick
    ratio = window * facts.budget * (1 - _LEVELS[0]) / timing.covered(facts, ends[0])
    volume = 1000
    while ratio * volume < max(1000, facts.min_bad_events):
        volume *= 10
    bad = int(ratio * volume)
    phases = [Phase(ticks, good=volume - bad, bad=bad)]
    totals = [
        bad * ticks * timing.covered(facts, end) / (window * facts.budget * (1 - level))
        for end, level in zip(ends, _LEVELS, strict=True)
    ]
    for (begin, before), (end, after) in pairwise(zip(ends, totals, strict=True)):
        length = (end - begin) // facts.tick
        phases.append(Phase(length, good=round((after - before) / length)))
    return phases


def _checks(facts: SloFacts, ends: Sequence[int]) -> tuple[Check, ...]:
    """Check the budget at each end, and the alert at every evaluation of the swings."""
    start, *_, swung, recovered, end = ends
    left = facts.series(names.REMAINING)
    fact = facts.alerts_by_tier["exhausted"]
    firing = facts.series("ALERTS", alertname=fact.name, alertstate="firing")
    evaluations = (swung - start) // facts.step + 1
    # A millisecond short: the ranges of Prometheus 2 are closed, those of 3 are open on the left.
    span = f"{evaluations * facts.step - 1}s999ms"
    return (
        *(value(at, f"{left} > bool 0", int(level > 0)) for at, level in zip(ends[:4], _LEVELS, strict=False)),
        value(swung, f"count_over_time({firing}[{span}])", evaluations),
        value(recovered, f"{left} > bool {RECOVERED:f}", 1),
        nothing(recovered, firing),
        value(end, f"{left} < bool {RECOVERED:f}", 1),
        nothing(end, firing),
    )
