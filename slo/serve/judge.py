"""The state of an SLO: no data, too few events and a spent budget are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.serve.fleet import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.serve.fleet import Alert

_NO_DATA = "no-data"
_MOST_STALE = 180.0


def judge(
    remaining: float | None, allowed: float | None, alerts: Sequence[Alert], *, maintenance: bool = False
) -> State:
    """Return the state.

    Args:
        remaining: the share of the budget that remains; None where no events were recorded in the window.
        allowed: how many bad events the objective allows in the window, those included that happened.
        alerts: those of this SLO, pending ones too.
        maintenance: a maintenance goes on.
    """
    firing = [alert for alert in alerts if alert.firing]
    if any(alert.severity == "page" and alert.tier != _NO_DATA for alert in firing):
        return State.PAGING
    if remaining is not None and remaining <= 0:
        return State.EXHAUSTED
    if remaining is None or any(alert.tier == _NO_DATA for alert in firing):
        return State.NO_DATA
    if firing:
        return State.TICKET
    if maintenance:
        return State.PAUSED
    return State.FEW_EVENTS if allowed is not None and allowed < 1 else State.OK


def stale_seconds(evaluated: float | None, now: float) -> float | None:
    """Return how long ago the rules were evaluated, where that is too long; None where all is well or unknown."""
    if evaluated is None:
        return None
    age = now - evaluated
    return age if age > _MOST_STALE else None
