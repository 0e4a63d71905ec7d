"""Multi-window, multi-burn-rate alerts: the policy as data, and its arithmetic.

The tiers are those of the SRE workbook, chapter 5, table 5-8 (https://sre.google/workbook/alerting-on-slos/): one
fires when the burn rate, the error ratio as a multiple of the error budget, is above a limit over a long window, and
still is over a short one. A burn rate b over the long window L spends the share b * L / window of the budget before the
tier fires; the policy names these shares, and the burn rates follow from them and from the SLO's own window.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from slo.model import TierRule
from slo.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from slo.model import AlertSeverity, PageSetting, PolicyTable, Slo

LADDER = (
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    3 * DAY,
)
"""The windows that alerts may use, in seconds; all are sums of subwindows."""

ENOUGH = 3
"""Once one in so many seconds of a window is recorded, its error ratio counts as it is; before, the rest is good."""

_PRECISION = Decimal("0.0001")


class Tier(msgspec.Struct, frozen=True, cache_hash=True):
    """An alert tier of an SLO.

    Attributes:
        name: value of the label `tier`.
        severity: `page` or `ticket`.
        long: long window in seconds, unscaled.
        short: short window in seconds, unscaled.
        pending: `for` of the alert rule in seconds, unscaled.
        burn: burn rate above which the tier fires.
        threshold: the same as an error ratio: burn rate times error budget, exactly.
        budget: fraction of the error budget spent when the tier fires.
        lowered: the policy's burn rate was above what a total outage of this SLO can reach.
        wanted: burn rate of the policy, lowered or not.
        reach: highest threshold that a total outage is sure to trip.
    """

    name: str
    severity: AlertSeverity
    long: int
    short: int
    pending: int
    burn: Decimal
    threshold: Decimal
    budget: Fraction
    lowered: bool
    wanted: Decimal
    reach: Decimal

    def detection_seconds(self, error_ratio: float) -> float | None:
        """Return the seconds of a constant error ratio, after none, until the tier fires; None if it never does.

        Both windows have to be above the threshold, the long one last: t / long * error_ratio = threshold.
        """
        if error_ratio <= self.threshold:
            return None
        return float(self.threshold) * self.long / error_ratio


def counts_in_full(recorded: float, window: float) -> bool:
    """Whether alerts take the error ratio of a window as it is, given its recorded seconds and all of them."""
    return recorded * ENOUGH >= window


def _rules(*rows: tuple[str, AlertSeverity, Fraction, int, int, Fraction]) -> tuple[TierRule, ...]:
    return tuple(
        TierRule(name, severity, budget, long, short, 0, reach) for name, severity, budget, long, short, reach in rows
    )


def _workbook(*budgets_and_windows: tuple[Fraction, int, int]) -> tuple[TierRule, ...]:
    names: tuple[tuple[str, AlertSeverity, Fraction], ...] = (
        ("page-fast", "page", Fraction(4, 5)),
        ("page-slow", "page", Fraction(3, 5)),
        ("ticket-fast", "ticket", Fraction(2, 5)),
        ("ticket-slow", "ticket", Fraction(1, 5)),
    )
    rows = zip(names, budgets_and_windows, strict=True)
    return _rules(*((name, severity, *row, reach) for (name, severity, reach), row in rows))


POLICIES: dict[str, PolicyTable] = {
    "workbook": (
        (
            DAY,
            _workbook(
                (Fraction(25, 100), HOUR, 5 * MINUTE),
                (Fraction(30, 100), 2 * HOUR, 10 * MINUTE),
                (Fraction(40, 100), 6 * HOUR, 30 * MINUTE),
                (Fraction(50, 100), 12 * HOUR, HOUR),
            ),
        ),
        (
            7 * DAY,
            _workbook(
                (Fraction(8, 100), HOUR, 5 * MINUTE),
                (Fraction(125, 1000), 6 * HOUR, 30 * MINUTE),
                (Fraction(20, 100), DAY, 2 * HOUR),
                (Fraction(3, 7), 3 * DAY, 6 * HOUR),
            ),
        ),
        (
            28 * DAY,
            _workbook(
                (Fraction(2, 100), HOUR, 5 * MINUTE),
                (Fraction(5, 100), 6 * HOUR, 30 * MINUTE),
                (Fraction(10, 100), DAY, 2 * HOUR),
                (Fraction(10, 100), 3 * DAY, 6 * HOUR),
            ),
        ),
    ),
}
"""Policies by name: the tiers for some SLO windows, shortest first. Windows between two of them are interpolated,
others have the nearest table."""


def tiers(slo: Slo, budget: Decimal | None = None) -> tuple[Tier, ...]:
    """Return the alert tiers of an SLO that are not disabled; `budget`: that of a member with its own objective."""
    return _tiers(_chosen(slo), slo.window, slo.budget if budget is None else budget)


def rules(slo: Slo) -> tuple[TierRule, ...]:
    """Return the rows of the policy for the tiers of an SLO, in the same order."""
    return _rules_of(_chosen(slo), slo.window)


def switched_off(slo: Slo) -> tuple[str, ...]:
    """Return the tiers of the policy that an SLO disables."""
    table, left = slo.alerts.table or POLICIES[slo.alerts.policy], {rule.name for rule in rules(slo)}
    return tuple(rule.name for rule in policy_for(table, slo.window) if rule.name not in left)


class _Choice(msgspec.Struct, frozen=True):
    """The settings that tiers depend on, except window and budget, as in `AlertSettings`."""

    policy: str
    table: PolicyTable
    disable: tuple[str, ...]
    page: PageSetting


def _chosen(slo: Slo) -> _Choice:
    return _Choice(slo.alerts.policy, slo.alerts.table, slo.alerts.disable, slo.alerts.page)


@lru_cache(maxsize=256)  # a thousand SLOs have a handful of policies, windows and objectives between them
def _tiers(choice: _Choice, window: int, budget: Decimal) -> tuple[Tier, ...]:
    return tuple(_tier(rule, window, budget) for rule in _rules_of(choice, window))


@lru_cache(maxsize=256)
def _rules_of(choice: _Choice, window: int) -> tuple[TierRule, ...]:
    rows = policy_for(choice.table or POLICIES[choice.policy], window)
    kept = (rule for rule in rows if rule.name not in choice.disable)
    if choice.page == "ticket":
        return tuple(replace(rule, severity="ticket") for rule in kept)
    return tuple(rule for rule in kept if choice.page == "on" or rule.severity != "page")


def policy_for(table: PolicyTable, window: int) -> tuple[TierRule, ...]:
    """Return the rows of a policy for an SLO window in seconds."""
    if window <= table[0][0]:
        return table[0][1]
    for (low, below), (high, above) in pairwise(table):
        if window < high:
            part = Fraction(window - low, high - low)
            return tuple(_between(a, b, part) for a, b in zip(below, above, strict=True))
    return table[-1][1]


def _between(below: TierRule, above: TierRule, part: Fraction) -> TierRule:
    budget, long, short = (
        low + (high - low) * part
        for low, high in ((below.budget, above.budget), (below.long, above.long), (below.short, above.short))
    )
    return TierRule(below.name, below.severity, Fraction(budget), _rung(long), _rung(short), below.pending, below.reach)


def _rung(seconds: Fraction) -> int:
    return next(rung for rung in LADDER if rung >= seconds)


def _tier(rule: TierRule, window: int, budget: Decimal) -> Tier:
    wanted = _decimal(rule.budget * window / rule.long)
    burn = max(Decimal(1), min(wanted, _decimal(rule.reach / Fraction(budget))))
    return Tier(
        rule.name,
        rule.severity,
        rule.long,
        rule.short,
        rule.pending,
        burn,
        burn * budget,
        Fraction(burn) * rule.long / window,
        lowered=burn < wanted,
        wanted=wanted,
        reach=_decimal(rule.reach),
    )


def _decimal(value: Fraction) -> Decimal:
    """Return a burn rate with four places, rounded down so that a threshold stays within reach."""
    rounded = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_PRECISION, ROUND_FLOOR)
    return Decimal(f"{rounded.normalize():f}")
