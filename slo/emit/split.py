"""Splits a rule group for a server that limits how large one may be.

The parts are evaluated at moments of their own within the interval, so what one reads from another may be up to one
interval old. Values stay right, since a count that is read late is the count of a window that ended a little earlier;
only what is read together must not be torn: total and bad of an SLO stay together, and so do all windows of the
cascade where they fit.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from slo.plan.names import EVALUATED
from slo.plan.rules import Alert, Group, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Rule = Record | Alert


class Limit(msgspec.Struct, frozen=True):
    """At most `most` in one group, of what `weigh` tells of each rule."""

    most: int
    weigh: Callable[[Rule], int]

    def of(self, rules: Sequence[Rule]) -> int:
        """What the rules weigh together."""
        return sum(map(self.weigh, rules))


def at_most(count: int | None) -> tuple[Limit, ...]:
    """A limit on the number of rules, or none."""
    return () if count is None else (Limit(count, lambda _: 1),)


def split(group: Group, *limits: Limit) -> tuple[Group, ...]:
    """The group itself where it fits, else parts called `<group>-<n>`, whose rules follow in the old order."""
    if all(limit.of(group.rules) <= limit.most for limit in limits):
        return (group,)
    parts = _filled(_units(group.rules, limits), limits)
    return tuple(Group(f"{group.name}-{n}", group.interval, part, group.shard) for n, part in enumerate(parts, 1))


def _filled(units: Iterator[tuple[Rule, ...]], limits: Sequence[Limit]) -> Iterator[tuple[Rule, ...]]:
    """As many units as fit into each part; a unit that is too large by itself gets one of its own."""
    part: list[Rule] = []
    weights = [0] * len(limits)
    for unit in units:
        more = [limit.of(unit) for limit in limits]
        together = [a + b for a, b in zip(weights, more, strict=True)]
        if part and any(weight > limit.most for weight, limit in zip(together, limits, strict=True)):
            yield tuple(part)
            part, together = [], more
        part.extend(unit)
        weights = together
    yield tuple(part)


def _units(rules: Sequence[Rule], limits: Sequence[Limit]) -> Iterator[tuple[Rule, ...]]:
    """Rules that stay together, in order."""
    for _, run in groupby(rules, _together):
        unit = tuple(run)
        if all(limit.of(unit) <= limit.most for limit in limits):
            yield unit
        else:
            yield from ((rule,) for rule in unit)


def _together(rule: Rule) -> object:
    """The same for rules that follow each other and stay together: the counts of one subwindow, the whole cascade.

    What tells that the rules were evaluated is a part of the cascade: it must be missing where that is.
    """
    if isinstance(rule, Alert) or not rule.name.startswith(("slo:events:", EVALUATED)):
        return id(rule)
    return tuple(label for label in rule.labels if label[0] != "kind")
