"""Vector matching of two operands: `on`, `ignoring`, `group_left` and `group_right`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql.tokens import unquoted

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
    return Join(matching.word == "on", frozenset(matching.labels), matching.grouped, _taken(node, matching.grouped))


def _taken(node: Binary, grouped: str) -> frozenset[str]:
    """Return the labels in brackets after `group_left` or `group_right`, if any."""
    between = node.at.tokens[node.left.at.end : node.right.at.first]
    words = [unquoted(t) if t.kind == "string" else t.text for t in between if t.kind not in {"space", "comment"}]
    at = next((n + 1 for n, word in enumerate(words) if word.lower() == grouped), len(words))
    if words[at : at + 1] != ["("] or ")" not in words[at:]:
        return frozenset()
    return frozenset(word for word in words[at + 1 : words.index(")", at)] if word != ",")
