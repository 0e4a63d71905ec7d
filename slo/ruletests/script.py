"""What one SLO does in a scenario: how its series grow, and what has to be seen when."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from slo.promql import naming, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from slo.model import Labels
    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import Role, Shape, Subject

_DIGITS = 100
_MANY = 1_000_000


class Phase(msgspec.Struct, frozen=True):
    """Some ticks with the same traffic: good and bad events per tick. A gauge is bad where there are bad ones.

    `absent`: the series has no samples, although what it counts goes on.
    """

    ticks: int
    good: int = 0
    bad: int = 0
    absent: bool = False


class Seen(msgspec.Struct, frozen=True):
    """A firing alert, and the labels of the member that it is about."""

    fact: AlertFacts
    labels: Labels = ()


class Check(msgspec.Struct, frozen=True):
    """At a moment in seconds, an expression gives exactly these samples: (labels, value)."""

    at: int
    expr: str
    samples: tuple[tuple[str, str], ...] = ()


class Script(msgspec.Struct, frozen=True):
    """One SLO's part of a test case: numbers of series and their values, checks, and a remark that tells why."""

    series: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]
    remark: str


def played(
    subject: Subject, phases: Sequence[Phase], role: Role | None = None, start: int = 0
) -> tuple[tuple[int, str], ...]:
    """The input series of a role and their values in promtool's notation; counters begin at `start`.

    Those that are counted minute by minute begin at a large value: a rate is never extrapolated below zero, so that of
    the minute in which a counter leaves zero would be too small.
    """
    return shaped((role or subject.role).shapes, subject, phases, _MANY if subject.by_minute else start)


def shaped(
    shapes: Iterable[Shape], subject: Subject, phases: Sequence[Phase], start: int = 0
) -> tuple[tuple[int, str], ...]:
    """As `played`, for some series."""
    return tuple((shape.number, " ".join(_values(shape, subject, phases, start))) for shape in shapes)


def _values(shape: Shape, subject: Subject, phases: Sequence[Phase], start: int) -> Iterable[str]:
    """The sample at zero, and then one for each tick."""
    if shape.kind == "counter":
        return _counted(shape, phases, start)
    if shape.kind == "histogram":
        return _observed(shape, phases)
    if shape.kind == "rate":
        return _grown(shape, subject.tick, phases, start)
    if shape.kind == "constant":
        return ("_", f"{_figure(shape.good)}+0x{sum(phase.ticks for phase in phases) - 1}")
    return ("_", *_shown(shape, subject, phases))


def _counted(shape: Shape, phases: Sequence[Phase], start: int) -> Iterable[str]:
    value: Decimal | int = start
    for number, phase in enumerate(phases):
        growth = shape.good * phase.good + shape.bad * phase.bad
        # `a+bxn` has n + 1 samples: the first phase begins with the start value, the others with their first tick.
        first, more = (value, phase.ticks) if number == 0 else (value + growth, phase.ticks - 1)
        yield _gap(phase.ticks) if phase.absent else f"{_figure(first)}+{_figure(growth)}x{more}"
        value += growth * phase.ticks


def _grown(shape: Shape, tick: int, phases: Sequence[Phase], start: int) -> Iterable[str]:
    """Grow a counter at the rate of the state, good or bad, independent of the events of a phase."""
    own = [replace(phase, good=int(not phase.bad), bad=int(phase.bad > 0)) for phase in phases]
    return _counted(replace(shape, good=shape.good * tick, bad=shape.bad * tick), own, start)


def _figure(value: Decimal | int) -> str:
    """Spell a number without trailing zeros and exponent."""
    return str(value) if isinstance(value, int) else f"{value.normalize():f}"


def _gap(ticks: int) -> str:
    """A scrape without the series marks it as stale."""
    return "stale" if ticks == 1 else f"stale _x{ticks - 1}"


def _observed(shape: Shape, phases: Sequence[Phase]) -> Iterable[str]:
    """A native histogram of schema 0: the bucket of a power of two ends at it."""
    good = bad = 0
    for number, phase in enumerate(phases):
        if phase.absent:
            yield _gap(phase.ticks)
        elif number == 0:
            yield f"{_histogram(shape, 0, 0)}+{_histogram(shape, phase.good, phase.bad)}x{phase.ticks}"
        else:
            first = _histogram(shape, good + phase.good, bad + phase.bad)
            yield f"{first}+{_histogram(shape, phase.good, phase.bad)}x{phase.ticks - 1}"
        good, bad = good + phase.good * phase.ticks, bad + phase.bad * phase.ticks


def _histogram(shape: Shape, good: int, bad: int) -> str:
    first, last = (math.ceil(math.log2(value)) for value in (shape.good, shape.bad))
    buckets = " ".join(map(str, [good, *[0] * (last - first - 1), bad]))
    total = shape.good * good + shape.bad * bad
    return f"{{{{schema:0 sum:{total} count:{good + bad} buckets:[{buckets}] offset:{first}}}}}"


def _shown(shape: Shape, subject: Subject, phases: Sequence[Phase]) -> Iterable[str]:
    """A gauge shows the state; an age is told as the time of its beginning, which moves on with the clock."""
    now, growth = subject.tick, subject.tick * shape.second if shape.kind == "age" else 0
    for phase in phases:
        state = shape.bad if phase.bad else shape.good
        first = (now - state) * shape.second if shape.kind == "age" else state
        if phase.absent or (shape.kind == "presence" and not state):
            yield _gap(phase.ticks)
        elif phase.ticks == 1:
            yield f"{first}"
        else:
            yield f"{first}+{growth}x{phase.ticks - 1}"
        now += subject.tick * phase.ticks


def alerts(subject: Subject, at: int, *firing: Seen) -> Check:
    """Exactly these alerts of the SLO fire, of whichever member."""
    selector = subject.whole("ALERTS", alertstate="firing")
    samples = sorted((_labels(subject, seen), "1") for seen in firing)
    by = naming.labels(("alertname", "severity", "tier", *subject.group_by))
    return Check(at, f"count by ({by}) ({selector})", tuple(samples))


def _labels(subject: Subject, seen: Seen) -> str:
    member = dict(seen.labels)
    of_member = "".join(f", {naming.label(name)}={quote(member[name])}" for name in subject.group_by if name in member)
    fact = seen.fact
    return f'{{alertname="{fact.name}", severity="{fact.severity}", tier="{fact.tier}"{of_member}}}'


def value(at: int, expr: str, wanted: int) -> Check:
    """The series of the SLO that the expression gives has this whole value, rounding of sums aside."""
    return Check(at, f"round(sum({expr}))", (("{}", str(wanted)),))


def share(at: int, expr: str, wanted: Fraction) -> Check:
    """As `value` for a fraction: so many times ten that four digits count, and no rounding hangs on the last bit."""
    factor = 10_000
    while 0 < abs(wanted) * factor < _DIGITS or (wanted * factor) % 1 == Fraction(1, 2):
        factor *= 10
    return value(at, f"{factor} * {expr}", round(wanted * factor))


def nothing(at: int, expr: str) -> Check:
    """There is no such series."""
    return Check(at, expr)
