"""What a plan is made of: records, alerts and groups, each complete but not yet in any file format."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import AlertSeverity, Labels, Options, Scale, Slo, SloSet
    from slo.plan.template import Template, Values


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


class AlertTemplate(msgspec.Struct, frozen=True):
    """What an alert says for every SLO with the same parameters; times as in `Alert`.

    Attributes:
        suffix: its name after the prefix of the SLO.
        labels: those in which the alerts of an SLO differ.
    """

    suffix: str
    expr: Template
    pending: int
    labels: Labels
    summary: Template
    description: Template
    kept: int = 0


class AlertTemplates(msgspec.Struct, frozen=True, eq=False):
    """The templates for the alerts of an SLO; the same object for all SLOs that share them."""

    each: tuple[AlertTemplate, ...]


class TemplatedAlerts(msgspec.Struct, frozen=True, gc=False):
    """The alerts of one SLO: the templates, what it fills in, and what it adds.

    Attributes:
        before: labels before those of the template.
        after: labels after those of the template.
        added: for each alert, annotations beside summary and description, or in their place.
    """

    templates: AlertTemplates
    values: Values
    before: Labels
    after: Labels
    added: tuple[Labels, ...]

    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts with everything filled in."""
        return tuple(map(self._alert, self.templates.each, self.added))

    def _alert(self, template: AlertTemplate, added: Labels) -> Alert:
        values = self.values
        texts = {"summary": template.summary.filled(values), "description": template.description.filled(values)}
        return Alert(
            values.prefix + template.suffix,
            template.expr.filled(values),
            template.pending,
            (*self.before, *template.labels, *self.after),
            tuple((texts | dict(added)).items()),
            template.kept,
        )


SHARD = "__shard__"
"""Stands for the name of a shard in the rules that all shards have. They hold no text of users, so it is unique."""


class ShardTemplates(msgspec.Struct, frozen=True, eq=False):
    """Rules of every shard of a build, with `SHARD` for its name; the same object for all shards that share them."""

    each: tuple[Record, ...]


class ShardRecords(msgspec.Struct, frozen=True, gc=False):
    """The rules that one shard has in common with others."""

    templates: ShardTemplates
    shard: str

    def records(self) -> tuple[Record, ...]:
        """Return the rules with the name of the shard."""
        return tuple(map(self._record, self.templates.each))

    def _record(self, template: Record) -> Record:
        labels = tuple((name, self.shard if value == SHARD else value) for name, value in template.labels)
        return Record(template.name, template.expr.replace(SHARD, self.shard), labels)


class Group(msgspec.Struct, frozen=True, dict=True):
    """A rule group: its rules run one after the other, so that each can read what those before it recorded.

    A shard may have several groups. Emitters that write many rules read `parts`, others `rules`.
    """

    name: str
    interval: int
    parts: tuple[Record | Alert | TemplatedAlerts | ShardRecords, ...]
    shard: str

    @cached_property
    def rules(self) -> tuple[Record | Alert, ...]:
        """All rules, templates filled in."""
        return tuple(chain.from_iterable(map(_spelled_out, self.parts)))


def _spelled_out(part: Record | Alert | TemplatedAlerts | ShardRecords) -> tuple[Record | Alert, ...]:
    if isinstance(part, TemplatedAlerts):
        return part.alerts()
    return part.records() if isinstance(part, ShardRecords) else (part,)


class AlertFacts(msgspec.Struct, frozen=True):
    """What routes, tests and runbooks need to know about an alert."""

    name: str
    tier: str
    severity: AlertSeverity


class PlannedSlo(msgspec.Struct, frozen=True):
    """One SLO with its shard, its tiers and its alerts."""

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
