"""Alert tiers at low traffic: the bad events that fire a tier, the time until it fires, and the chance that it does so.

A tier fires when more than the share `threshold` of the events of its long window is bad, and at least `least` of them
(`min_bad_events`). Where events are rare these are few, and a handful of unrelated failures looks like an outage.

Failures that have nothing to do with each other are rare events at a constant rate, so their number in a window is
Poisson distributed (W. Feller, An Introduction to Probability Theory and Its Applications, vol. 1, chapter VI.5). The
traffic itself is taken as even.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, floor, lgamma, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from slo.burnrate import Tier

LEAST = 2
"""Bad events that every alert needs; a single one proves nothing."""

MONTH = 30 * 86_400
"""The period of the chances, whatever the window of the SLO."""

TOLERABLE = 0.05
"""Accepted chance in a month of a page for an SLO that just meets its objective."""

_MOST = 100


def errors_to_fire(tier: Tier, per_second: Decimal, least: int) -> int:
    """Return the bad events in the long window that fire the tier: above its threshold, and at least `least`.

    At 0.5 per second, 0.0144 of the 1800 events of an hour are 25.92: it takes 26.
    """
    return max(least, floor(tier.threshold * per_second * tier.long) + 1)


def seconds_to_fire(tier: Tier, per_second: Decimal | None, least: int, error_ratio: float) -> float | None:
    """Return the seconds from the start of constant errors until the tier fires; None if it does not.

    It does not where the errors stay below the threshold, and where so few events happen that those it needs are never
    together in its long window.
    """
    seconds = tier.detection_seconds(error_ratio)
    if seconds is None or per_second is None:
        return None if seconds is None else seconds + tier.pending
    seconds = errors_to_fire(tier, per_second, least) / (float(per_second) * error_ratio)
    return seconds + tier.pending if seconds <= tier.long else None


def harmless_from(tier: Tier, failures: int = 1) -> Decimal:
    """Return the events in the long window from which on these failures alone stay below the threshold.

    Below that, nothing but `min_bad_events` keeps them from raising the alert: one failure of 69 is above 0.0144, one
    of 70 is not.
    """
    return failures / tier.threshold


def chance(tier: Tier, budget: Decimal, per_second: Decimal, least: int) -> float:
    """Return an upper bound of the chance in `MONTH` that an SLO which just meets its objective fires the tier.

    See `_chance`; that the short window has to agree makes it smaller still.
    """
    needed = errors_to_fire(tier, per_second, least)
    return _chance(needed, float(per_second * budget) * tier.long, tier.long)


def enough_bad_events(tiers: Sequence[Tier], budget: Decimal, per_second: Decimal) -> int:
    """Return the smallest `min_bad_events` with which no tier pages by chance more often than `TOLERABLE`.

    It is enough for any traffic up to this one; from some traffic on it no longer grows, because the burn rate requires
    more anyway. It never exceeds half of what a total outage makes in the shortest of their windows: one page too many
    is better than an outage without a page.
    """
    paging = [tier for tier in tiers if tier.severity == "page"]
    wanted = [_enough(float(tier.burn), tier.long, float(per_second * budget) * tier.long) for tier in paging]
    limit = min((floor(per_second * tier.long / 2) for tier in paging), default=LEAST)
    return max(LEAST, min([limit, max(wanted, default=LEAST)]))


@lru_cache(maxsize=1024)
def _enough(burn: float, long: int, expected: float) -> int:
    """Return the bad events that are enough for one tier, for an expected number in its long window.

    With k wanted events the worst traffic is the one at which the burn rate begins to ask for more than k: k / burn are
    expected then.
    """
    candidates = range(LEAST, _MOST)
    return next((k for k in candidates if _chance(k, min(expected, k / burn), long) <= TOLERABLE), _MOST)


def _chance(needed: int, expected: float, long: int) -> float:
    """Return an upper bound of the chance that a window of `long` seconds has this many bad events in a month.

    Either the first position does, or some event is the one that makes them enough. An event finds k others in the
    window before it with the Poisson probability of k (R. W. Wolff, Poisson Arrivals See Time Averages, Operations
    Research 30, 1982), so that the second happens month / long * expected * P(needed - 1) times on average, and no
    probability is above its mean number of times (Markov). The first is at most P(needed) * (needed + 1) /
    (needed + 1 - expected): the ratio of neighbouring probabilities is expected / (k + 1), a geometric series.
    """
    if expected >= needed + 1:
        return 1.0
    first = _poisson(needed, expected) * (needed + 1) / (needed + 1 - expected)
    later = MONTH / long * expected * _poisson(needed - 1, expected)
    return min(1.0, first + later)


def _poisson(count: int, expected: float) -> float:
    """Return the probability of exactly this number of events."""
    return exp(count * log(expected) - expected - lgamma(count + 1)) if expected > 0 else float(count == 0)
