"""What a plan is made of: records, alerts and groups, each complete but not yet in any file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import AlertSeverity, Labels, Options, Scale, Slo, SloSet


class Record(msgspec.Struct, frozen=True, gc=False):
    """A recording rule: `name` gets the value of `expr` and the labels."""

    name: str
    expr: str
    labels: Labels = ()


class Alert(msgspec.Struct, frozen=True, gc=False):
    """An alerting rule; `pending` is its `for` in seconds, as the server will count them."""

    name: str
    expr: str
    pending: int
    labels: Labels
    annotations: Labels


class Group(msgspec.Struct, frozen=True):
    """A rule group: its rules run one after the other, so that each can read what those before it recorded."""

    name: str
    interval: int
    rules: tuple[Record | Alert, ...]


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
