"""What a plan is made of: records, alerts and groups, each complete but not yet in any file format."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from slo.plan.kin import Kin

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import AlertSeverity, Labels, Options, Scale, Slo, SloSet


class Record(msgspec.Struct, frozen=True, gc=False):
    """A recording rule: `name` gets the value of `expr` and the labels."""

    name: str
    expr: str
    labels: Labels = ()


class Alert(msgspec.Struct, frozen=True, gc=False):
    """An alerting rule; `pending` is its `for`, `kept` its `keep_firing_for`, in seconds as the server counts them."""

    name: str
    expr: str
    pending: int
    labels: Labels
    annotations: Labels
    kept: int = 0


class Group(msgspec.Struct, frozen=True, dict=True):
    """A rule group: its rules run one after the other, so that each can read what those before it recorded.

    `parts` are its rules, in which the alerts of SLOs that are alike are not spelled out. A shard may have several.
    """

    name: str
    interval: int
    parts: tuple[Record | Alert | Kin, ...]
    shard: str

    @cached_property
    def rules(self) -> tuple[Record | Alert, ...]:
        """All rules, spelled out."""
        return tuple(rule for part in self.parts for rule in (part.spelled() if isinstance(part, Kin) else (part,)))


class AlertFacts(msgspec.Struct, frozen=True):
    """What is known about an alert without reading its rule: for routes, tests and runbooks."""

    name: str
    tier: str
    severity: AlertSeverity


class PlannedSlo(msgspec.Struct, frozen=True):
    """One SLO with everything that follows from it: its shard, its tiers, its alerts."""

    slo: Slo
    shard: str
    tiers: tuple[Tier, ...]
    alerts: tuple[AlertFacts, ...]


class Plan(msgspec.Struct, frozen=True):
    """A whole set, ready to be written in any format.

    Attributes:
        left_out: SLOs of the set that have no rules, since slices cannot be measured in scaled time.
    """

    set: SloSet
    scale: Scale
    options: Options
    slos: tuple[PlannedSlo, ...]
    groups: tuple[Group, ...]
    left_out: tuple[Slo, ...] = ()
