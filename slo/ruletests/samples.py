"""Values of input series in the notation of promtool."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from slo.ruletests.facts import Member, NumberedSeries, SloFacts

_START = 1_000_000


class Phase(msgspec.Struct, frozen=True):
    """Some ticks with the same traffic: good and bad events per tick. A gauge is bad in phases with bad events.

    `absent`: the series has no samples, but its counter goes on.
    """

    ticks: int
    good: int = 0
    bad: int = 0
    absent: bool = False


def samples(
    facts: SloFacts, phases: Sequence[Phase], member: Member | None = None, start: int = 0
) -> tuple[tuple[int, str], ...]:
    """Return the input series of a member with their values; counters begin at `start`.

    Counters that are read minute by minute begin at a large value: a rate is never extrapolated below zero, so the rate
    of the minute in which a counter leaves zero would be too small.
    """
    return samples_of((member or facts.member).inputs, facts, phases, _START if facts.by_minute else start)


def samples_of(
    inputs: Iterable[NumberedSeries], facts: SloFacts, phases: Sequence[Phase], start: int = 0
) -> tuple[tuple[int, str], ...]:
    """Return these input series with their values, as `samples`."""
    return tuple((source.number, " ".join(_values(source, facts, phases, start))) for source in inputs)


def _values(source: NumberedSeries, facts: SloFacts, phases: Sequence[Phase], start: int) -> Iterable[str]:
    """Return the sample at zero, then one for each tick."""
    if source.kind == "counter":
        return _counted(source, phases, start)
    if source.kind == "histogram":
        return _observed(source, phases)
    if source.kind == "rate":
        return _grown(source, facts.tick, phases, start)
    if source.kind == "constant":
        return ("_", f"{_figure(source.good)}+0x{sum(phase.ticks for phase in phases) - 1}")
    return ("_", *_shown(source, facts, phases))


def _counted(source: NumberedSeries, phases: Sequence[Phase], start: int) -> Iterable[str]:
    value: Decimal | int = start
    for number, phase in enumerate(phases):
        growth = source.good * phase.good + source.bad * phase.bad
        # `a+bxn` has n + 1 samples: the first phase begins with the start value, the others with their first tick.
        first, more = (value, phase.ticks) if number == 0 else (value + growth, phase.ticks - 1)
        yield _gap(phase.ticks) if phase.absent else f"{_figure(first)}+{_figure(growth)}x{more}"
        value += growth * phase.ticks


def _grown(source: NumberedSeries, tick: int, phases: Sequence[Phase], start: int) -> Iterable[str]:
    """Grow a counter at the rate of the state, good or bad, independent of the events of a phase."""
    own = [replace(phase, good=int(not phase.bad), bad=int(phase.bad > 0)) for phase in phases]
    return _counted(replace(source, good=source.good * tick, bad=source.bad * tick), own, start)


def _figure(value: Decimal | int) -> str:
    """Spell a number without trailing zeros and exponent."""
    return str(value) if isinstance(value, int) else f"{value.normalize():f}"


def _gap(ticks: int) -> str:
    """Return missing samples; a scrape without the series marks it as stale."""
    return "stale" if ticks == 1 else f"stale _x{ticks - 1}"


def _observed(source: NumberedSeries, phases: Sequence[Phase]) -> Iterable[str]:
    """Return a native histogram of schema 0, whose buckets end at powers of two."""
    good = bad = 0
    for number, phase in enumerate(phases):
        if phase.absent:
            yield _gap(phase.ticks)
        elif number == 0:
            yield f"{_histogram(source, 0, 0)}+{_histogram(source, phase.good, phase.bad)}x{phase.ticks}"
        else:
            first = _histogram(source, good + phase.good, bad + phase.bad)
            yield f"{first}+{_histogram(source, phase.good, phase.bad)}x{phase.ticks - 1}"
        good, bad = good + phase.good * phase.ticks, bad + phase.bad * phase.ticks


def _histogram(source: NumberedSeries, good: int, bad: int) -> str:
    first, last = (math.ceil(math.log2(value)) for value in (source.good, source.bad))
    buckets = " ".join(map(str, [good, *[0] * (last - first - 1), bad]))
    total = source.good * good + source.bad * bad
    return f"{{{{schema:0 sum:{total} count:{good + bad} buckets:[{buckets}] offset:{first}}}}}"


def _shown(source: NumberedSeries, facts: SloFacts, phases: Sequence[Phase]) -> Iterable[str]:
    """Return a gauge that shows the state; an age is a timestamp, which moves on with the clock."""
    now, growth = facts.tick, facts.tick * source.second if source.kind == "age" else 0
    for phase in phases:
        state = source.bad if phase.bad else source.good
        first = (now - state) * source.second if source.kind == "age" else state
        if phase.absent or (source.kind == "presence" and not state):
            yield _gap(phase.ticks)
        elif phase.ticks == 1:
            yield f"{first}"
        else:
            yield f"{first}+{growth}x{phase.ticks - 1}"
        now += facts.tick * phase.ticks
