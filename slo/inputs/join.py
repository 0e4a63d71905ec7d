"""Vector matching of two operands: `on`, `ignoring`, `group_left` and `group_right`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.promql.tree import Binary

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]


class Join(msgspec.Struct, frozen=True):
    """Vector matching of a binary operator.

    Attributes:
        only: compare these labels alone (`on`); otherwise all labels except these (`ignoring`).
        labels: the labels after `on` or `ignoring`.
        many: `group_left` or `group_right`, or empty.
        taken: the labels that the "many" side takes over from the "one" side.
    """

    only: bool
    labels: frozenset[str]
    many: str
    taken: frozenset[str]

    def key(self, labels: Labels) -> Labels:
        """Return the labels that must be equal."""
        return frozenset(pair for pair in labels if (pair[0] in self.labels) == self.only)

    def result(self, many: Labels, one: Labels) -> Labels:
        """Return the labels of the result."""
        if not self.many:
            return self.key(many)
        rest = (pair for pair in many if pair[0] not in self.taken)
        return frozenset([*rest, *(pair for pair in one if pair[0] in self.taken)])


def join_of(node: Binary) -> Join:
    """Return the vector matching of an operator; without `on` or `ignoring`, all labels are compared."""
    matching = node.matching
    if matching is None:
        return Join(only=False, labels=frozenset(), many="", taken=frozenset())
    labels, included = frozenset(matching.labels), frozenset(matching.included)
    return Join(matching.word == "on", labels, matching.grouped, included)
