"""The part of one SLO in a test case: its input series, and what promtool has to find when."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from slo.promql import naming, quote

if TYPE_CHECKING:
    from slo.model import Labels
    from slo.plan.rules import AlertFacts
    from slo.ruletests.facts import SloFacts

_DIGITS = 100


class FiringAlert(msgspec.Struct, frozen=True):
    """A firing alert and the labels of its member."""

    fact: AlertFacts
    labels: Labels = ()


class Check(msgspec.Struct, frozen=True):
    """At a time in seconds, an expression has exactly these samples: (labels, value)."""

    at: int
    expr: str
    samples: tuple[tuple[str, str], ...] = ()


class Scenario(msgspec.Struct, frozen=True):
    """Input series by number with their values, checks, and a remark for the reader."""

    series: tuple[tuple[int, str], ...]
    checks: tuple[Check, ...]
    remark: str


def alerts(facts: SloFacts, at: int, *firing: FiringAlert) -> Check:
    """Check that exactly these alerts of the SLO fire, of all members."""
    selector = facts.whole("ALERTS", alertstate="firing")
    samples = sorted((_labels(facts, alert), "1") for alert in firing)
    by = naming.labels(("alertname", "severity", "tier", *facts.group_by))
    return Check(at, f"count by ({by}) ({selector})", tuple(samples))


def _labels(facts: SloFacts, alert: FiringAlert) -> str:
    labels = dict(alert.labels)
    of_member = "".join(f", {naming.label(name)}={quote(labels[name])}" for name in facts.group_by if name in labels)
    fact = alert.fact
    return f'{{alertname="{fact.name}", severity="{fact.severity}", tier="{fact.tier}"{of_member}}}'


def value(at: int, expr: str, wanted: int) -> Check:
    """Check that the sum of the expression is this whole number, apart from rounding."""
    return Check(at, f"round(sum({expr}))", (("{}", str(wanted)),))


def share(at: int, expr: str, wanted: Fraction) -> Check:
    """Check a fraction to four digits, scaled so that no rounding depends on the last bit."""
    factor = 10_000
    while 0 < abs(wanted) * factor < _DIGITS or (wanted * factor) % 1 == Fraction(1, 2):
        factor *= 10
    return value(at, f"{factor} * {expr}", round(wanted * factor))


def nothing(at: int, expr: str) -> Check:
    """Check that there is no such series."""
    return Check(at, expr)
