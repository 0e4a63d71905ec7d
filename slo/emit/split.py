"""Split a rule group for a server that limits its size.

The parts are evaluated at different times within the interval, so a part reads records of another that are up to one
interval old. Values stay right: a count that is read late is that of a window that ended a little earlier. Only what
is read together must stay together: total and bad of an SLO, and all windows if they fit.
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
    """A limit on the sum of the weights of the rules in a group."""

    most: int
    weigh: Callable[[Rule], int]

    def of(self, rules: Sequence[Rule]) -> int:
        """Return the weight of the rules."""
        return sum(map(self.weigh, rules))


def at_most(count: int | None) -> tuple[Limit, ...]:
    """Return a limit on the number of rules, or none."""
    return () if count is None else (Limit(count, lambda _: 1),)


def split(group: Group, *limits: Limit) -> tuple[Group, ...]:
    """Return the group if it fits, else parts called `<group>-<n>` with the rules in their order."""
    if all(limit.of(group.rules) <= limit.most for limit in limits):
        return (group,)
    parts = _filled(_units(group.rules, limits), limits)
    return tuple(Group(f"{group.name}-{n}", group.interval, part, group.shard) for n, part in enumerate(parts, 1))


def _filled(units: Iterator[tuple[Rule, ...]], limits: Sequence[Limit]) -> Iterator[tuple[Rule, ...]]:
    """Yield parts of as many units as fit; a unit that is too large is a part of its own."""
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
    """Yield rules that stay together, in order."""
    for _, run in groupby(rules, _together):
        unit = tuple(run)
        if all(limit.of(unit) <= limit.most for limit in limits):
            yield unit
        else:
            yield from ((rule,) for rule in unit)


def _together(rule: Rule) -> object:
    """Return the same for consecutive rules that stay together: total and bad of an SLO, all windows.

    `slo:evaluated` belongs to the windows: it must be missing where they are.
    """
    if isinstance(rule, Alert) or not rule.name.startswith(("slo:events:", EVALUATED)):
        return id(rule)
    return tuple(label for label in rule.labels if label[0] != "kind")
