"""The selectors of a Grafana dashboard: all SLOs of a set, and the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from slo.plan import durations
from slo.promql import naming, quote

if TYPE_CHECKING:
    from slo.plan.rules import Plan

BUDGET = (("red", None), ("orange", 0.0), ("yellow", 0.25), ("green", 0.5))
BURN = (("green", None), ("yellow", 1.0), ("red", 6.0))
FIRING = (("green", None), ("red", 1.0))
"""Colours from a value on."""


class View(msgspec.Struct, frozen=True):
    """What the panels select: all SLOs of the set, and the chosen one.

    Attributes:
        which: matchers for the SLOs of this set.
        members: matchers for the chosen members of a group.
        member: the labels of a member, for legends.
    """

    plan: Plan
    which: str
    groups: tuple[str, ...]
    members: str
    member: str

    def every(self, name: str) -> str:
        """Return a series of all SLOs."""
        return f"{name}{{{self.which}}}"

    def one(self, name: str, kind: str = "") -> str:
        """Return a series of the chosen SLO."""
        more = f',kind="{kind}"' if kind else ""
        return f'{name}{{{self.which},slo="$slo"{self.members}{more}}}'

    @property
    def scaled(self) -> bool:
        """Whether windows are shorter than their names."""
        return self.plan.scale.factor != 1

    def span(self, window: int) -> str:
        """Return a window as the server measures it."""
        return durations.span(window, self.plan.scale.factor)

    def spoken(self, window: int) -> str:
        """Return a window in words."""
        return durations.spoken(window, self.plan.scale.factor)

    def firing(self) -> str:
        """Return the firing alerts of the chosen SLO; they have no shard."""
        return f'ALERTS{{alertstate="firing",service=~"$service",slo="$slo"{self.members}}}'


def view_of(plan: Plan) -> View:
    """Return what the panels of a plan select."""
    groups = tuple(sorted({label for planned in plan.slos for label in planned.slo.group_by}))
    which = f'shard=~{quote(f"{plan.set.name}-[0-9]+")},service=~"$service"'
    members = "".join(f',{naming.label(label)}=~"${variable(label)}"' for label in groups)
    return View(plan, which, groups, members, "".join(f" {{{{{label}}}}}" for label in groups))


def variable(label: str) -> str:
    """Return the variable for a label: prefixed, as a label may have the name of another variable, and without dots."""
    plain = naming.underscored(label)
    return f"group_{plain}" if plain == label else f"group_{plain}_{crc32(label.encode()):08x}"
