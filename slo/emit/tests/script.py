"""What one SLO does in a scenario: how its series grow, and what has to be seen when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.emit.tests.subject import Subject
    from slo.model import Feed
    from slo.plan.values import AlertFacts

_DIGITS = 100


@dataclass(frozen=True, slots=True)
class Phase:
    """Some steps with the same traffic: good and bad events per step."""

    steps: int
    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """At a moment in seconds, an expression gives exactly these samples: (labels, value)."""

    at: int
    expr: str
    samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """One SLO's part of a test case: series with their values, checks, and a remark that tells why."""

    subject: Subject
    series: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    remark: str


def played(feeds: tuple[Feed, ...], phases: tuple[Phase, ...], start: int = 0) -> tuple[tuple[str, str], ...]:
    """The input series and their values in promtool's notation; counters begin at `start`."""
    return tuple((feed.series, _values(feed, phases, start)) for feed in feeds)


def _values(feed: Feed, phases: tuple[Phase, ...], start: int) -> str:
    parts: list[str] = []
    value: Decimal | int = start
    for number, phase in enumerate(phases):
        growth = feed.good * phase.good + feed.bad * phase.bad
        # `a+bxn` has n + 1 samples: the first phase begins with the start value, the others with their first step.
        first, more = (value, phase.steps) if number == 0 else (value + growth, phase.steps - 1)
        parts.append(f"{first}+{growth}x{more}")
        value += growth * phase.steps
    return " ".join(parts)


def alerts(subject: Subject, at: int, *firing: AlertFacts) -> Check:
    """Exactly these alerts of the SLO fire."""
    selector = subject.series("ALERTS", alertstate="firing")
    samples = tuple((_labels(fact), "1") for fact in sorted(firing, key=lambda fact: (fact.name, fact.tier)))
    return Check(at, f"count by (alertname, severity, tier) ({selector})", samples)


def _labels(fact: AlertFacts) -> str:
    return f'{{alertname="{fact.name}", severity="{fact.severity}", tier="{fact.tier}"}}'


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
