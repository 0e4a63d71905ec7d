"""Which series of two operands belong together: `on`, `ignoring`, `group_left` and `group_right`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql.tokens import unquoted

if TYPE_CHECKING:
    from slo.promql.tree import Binary

Labels = frozenset[tuple[str, str]]


class Join(msgspec.Struct, frozen=True):
    """How series are matched.

    Attributes:
        only: `on` was written, so that these labels are compared and no others; else these are left out.
        labels: the labels behind that word.
        many: `group_left` or `group_right`, or empty.
        taken: the labels that the side of many takes over from the other one.
    """

    only: bool
    labels: frozenset[str]
    many: str
    taken: frozenset[str]

    def key(self, labels: Labels) -> Labels:
        """What has to be equal."""
        return frozenset(pair for pair in labels if (pair[0] in self.labels) == self.only)

    def result(self, many: Labels, one: Labels) -> Labels:
        """The labels of the value of both."""
        if not self.many:
            return self.key(many)
        rest = (pair for pair in many if pair[0] not in self.taken)
        return frozenset([*rest, *(pair for pair in one if pair[0] in self.taken)])


def join_of(node: Binary) -> Join:
    """What is written between the two operands."""
    between = node.at.tokens[node.left.at.end : node.right.at.first]
    words = [unquoted(t) if t.kind == "string" else t.text for t in between if t.kind not in {"space", "comment"}]
    lists = {word.lower(): _listed(words[at + 1 :]) for at, word in enumerate(words) if word.isidentifier()}
    many = next((word for word in ("group_left", "group_right") if word in lists), "")
    return Join("on" in lists, lists.get("on") or lists.get("ignoring") or frozenset(), many, lists.get(many, _NOTHING))


_NOTHING: frozenset[str] = frozenset()


def _listed(words: list[str]) -> frozenset[str]:
    """The labels in the brackets that come next, if any."""
    if words[:1] != ["("] or ")" not in words:
        return _NOTHING
    return frozenset(word for word in words[1 : words.index(")")] if word != ",")
