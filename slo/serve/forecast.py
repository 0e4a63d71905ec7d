"""How long an error budget lasts, and how long until an alert tier fires."""

from __future__ import annotations

import math


def exhaustion(remaining: float, burn: float, window: float) -> float:
    """Return the seconds until nothing is left at this burn rate; infinite where the rate is sustainable.

    `window` is the SLO's own, in seconds. The alerts say the same: remaining x window / burn rate.
    """
    if remaining <= 0:
        return 0.0
    return math.inf if not burn > 1 else remaining * window / burn


def until_firing(threshold: float, long_burn: float, rate: float, window: float) -> float:
    """Return the seconds until the burn rate of a long window crosses the threshold while events burn at `rate`.

    What leaves the window is taken as spread evenly over it. Infinite where the rate is below the threshold.
    """
    if rate <= threshold:
        return math.inf
    if long_burn >= threshold:
        return 0.0
    return window * (threshold - long_burn) / (rate - long_burn)
