"""The terms of alerts: what they depend on apart from names and series. Many SLOs have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import Override, Scale, Slo, Unit


class Terms(msgspec.Struct, frozen=True):
    """What the alerts of an SLO depend on.

    Attributes:
        window: the SLO's window in seconds, unscaled.
        budget: the error budget, 1 - objective.
        overrides: objectives of some members.
        group_by: labels of its members.
        unit: the unit of the budget.
        min_bad: bad events below which nothing fires.
        factor: time scale.
        interval: seconds between two evaluations, as the server counts them.
    """

    window: int
    budget: Decimal
    overrides: tuple[Override, ...]
    group_by: tuple[str, ...]
    unit: Unit
    min_bad: int
    factor: int
    interval: int

    @classmethod
    def of(cls, slo: Slo, scale: Scale) -> Terms:
        """Return the terms of an SLO."""
        return cls(
            slo.window,
            slo.budget,
            slo.overrides,
            slo.group_by,
            slo.sli.unit,
            slo.alerts.min_bad_events,
            scale.factor,
            scale.interval,
        )
