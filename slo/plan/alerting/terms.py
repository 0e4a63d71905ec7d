"""The terms of an SLO: everything its alerts depend on besides its name and its series. Many SLOs have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import Override, Scale, Slo, Unit


class Terms(msgspec.Struct, frozen=True):
    """What stands in the alerts of an SLO.

    Attributes:
        window: the SLO's window in seconds, unscaled.
        budget: share of events that may be bad.
        overrides: objectives of some members.
        group_by: labels that tell members apart.
        unit: what is counted.
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
        """The terms of an SLO."""
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
