"""Reads the demo's SLO and its alert from the specification."""

from dataclasses import dataclass
from pathlib import Path

import slo
from box.demo.theory import Rule
from box.errors import BoxError
from box.render import durations

SLO_NAME = "checkout-availability"
TIER = "page-fast"


@dataclass(frozen=True, slots=True)
class Objective:
    """The SLO that the demo breaks; windows in seconds of the scaled server, `bad` the selector of bad events.

    `window_text` names the window as the server measures it and as specified.
    """

    name: str
    service: str
    title: str
    alert: str
    bad: str
    budget: float
    burn: float
    window: float
    window_text: str
    short: float
    rule: Rule


def read_objective(spec: Path, time_scale: int) -> Objective:
    """Return the demo's SLO as the compiler understands it.

    Raises:
        BoxError: the spec has no such SLO, or the SLO has no fast page.
    """
    for each in slo.load_set(spec).objectives:
        tiers = {alert.tier: alert for alert in each.alerts}
        if each.name == SLO_NAME and each.bad and TIER in tiers:
            return _scaled(each, each.bad, tiers[TIER], time_scale)
    raise BoxError(
        f"{spec} has no SLO {SLO_NAME} that counts bad events and has a tier {TIER}; the demo breaks that one"
    )


def _scaled(objective: slo.Objective, bad: slo.Selector, tier: slo.BurnRateAlert, time_scale: int) -> Objective:
    return Objective(
        name=objective.name,
        service=objective.service,
        title=objective.title,
        alert=tier.name,
        bad=bad.text,
        budget=float(objective.budget),
        burn=float(tier.burn_rate),
        window=objective.window / time_scale,
        window_text=_window(objective.window, time_scale),
        short=tier.short / time_scale,
        rule=Rule(float(tier.threshold), tier.long / time_scale, objective.min_bad_events),
    )


def _window(seconds: int, time_scale: int) -> str:
    real = durations.text(seconds)
    return real if time_scale == 1 else f"{durations.text(seconds / time_scale)} ({real} at time scale {time_scale})"
