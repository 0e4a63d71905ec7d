"""PromQL that keeps its value while an operand has no series.

`a + b` has a value only where both sides have one. A counter of a kind of event that has not happened yet has no
series, and its sum with the others would be lost. Here it counts as 0 where the rest is measured. A bucket that does
not exist although its histogram does is different: nothing is known about the series that lack it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.operands import (
    BAD,
    GOOD,
    LABELLING,
    LE,
    NEUTRAL,
    Buckets,
    has_fallback,
    is_bucket,
    is_join,
    metrics,
    selectors_in,
)
from slo.promql import duration, naming, read, with_window
from slo.promql.operators import COMPARISONS
from slo.promql.rewriting import instead, written
from slo.promql.tree import Aggregation, Binary, Call, Node, Read, Signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Base
    from slo.promql import Selector

PART = "__part"
"""Label that keeps the operands of a sum apart; names with two underscores are reserved, so no series has it."""
_TRANSPARENT = LABELLING | {"abs", "clamp", "clamp_max", "clamp_min", "round"}


class Known(msgspec.Struct, frozen=True):
    """What an SLI knows about one of its queries.

    Attributes:
        sign: what more of the query means.
        buckets: the buckets of histograms that series must have to count.
        whole: the metrics that count all events, as far as the query does not say so by a denominator.
        idle: comparisons and conditions are left out, so that the value is there without any traffic.
    """

    sign: int = NEUTRAL
    buckets: Buckets = {}
    whole: frozenset[str] = frozenset()
    idle: bool = False


def completed(text: str, base: Base, known: Known) -> str:
    """The query over the range of the base, with 0 for what has not happened yet."""
    return with_window(_Writer(base, known).write(read(text).tree, known.sign), base.range)


def rate_of(selector: Selector, base: Base, buckets: Sequence[Selector] = ()) -> str:
    """Events per second of each series; closed, so that any operator may be written beside it.

    Where the scrape interval is not known, a series counts with the difference between its samples at both ends of the
    tile: that is exact for every interval. `rate` is left for series that began, ended or were reset in between.
    """
    rate = f"rate({selector}[{base.range}])"
    if base.any_interval:
        tile = duration(base.tile)
        change = f"({selector} - {selector} offset {tile}) / {base.tile}"
        rate = f"({change} unless resets({selector}[{base.range}]) > 0\n  or {rate})"
    for bucket in buckets:
        rate = f"({rate} and ignoring ({LE}) rate({bucket}[{base.range}]))"
    return rate


class _Writer:
    """Writes a tree as PromQL, completed; what needs no change keeps the user's words."""

    def __init__(self, base: Base, known: Known) -> None:
        self._base = base
        self._known = known
        self._whole = known.whole
        self._lacks = False  # an operand was met without which nothing is known

    def write(self, node: Node, sign: int, *, filters: bool = True) -> str:
        """The node as PromQL.

        Args:
            node: what is written.
            sign: what more of it means: without a good operand nothing is known, without a bad one nothing failed.
            filters: a comparison that leaves all series out counts 0.
        """
        if isinstance(node, Binary):
            return self._binary(node, sign, filters=filters)
        if isinstance(node, Aggregation):
            return self._aggregation(node, sign, filters=filters)
        if isinstance(node, Signed):
            return self._around(node, node.operand, -sign, filters=filters)
        if isinstance(node, Call):
            return self._call(node, sign, filters=filters)
        return node.text

    def _around(self, node: Node, part: Node, sign: int, *, filters: bool) -> str:
        """The node with one of its parts completed."""
        return written(node, instead(part, self.write(part, sign, filters=filters)))

    def _call(self, node: Call, sign: int, *, filters: bool) -> str:
        inner = node.arguments[0] if node.arguments else None
        if node.name == "rate" and isinstance(inner, Read) and inner.range and not inner.modifiers:
            return self._rate(node, inner)
        if node.name in _TRANSPARENT and inner:
            return self._around(node, inner, sign, filters=filters)
        return node.text

    def _rate(self, node: Call, inner: Read) -> str:
        buckets = self._known.buckets.get(inner.selector, ())
        if inner.range and inner.range.window and self._base.any_interval:
            return rate_of(inner.selector, self._base, buckets)
        range_ = inner.text[inner.text.rindex("[") :]
        text = node.text
        for bucket in buckets:
            text = f"({text} and ignoring ({LE}) rate({bucket}{range_}))"
        return text

    def _aggregation(self, node: Aggregation, sign: int, *, filters: bool) -> str:
        inner = node.operand
        if node.name == "count" and filters and isinstance(inner, Binary) and (kept := _kept(inner)):
            return f"({node.text} or 0 * {written(node, instead(inner, _closed(kept)))})"
        return self._around(node, inner, sign, filters=filters and node.name == "sum")

    def _binary(self, node: Binary, sign: int, *, filters: bool) -> str:
        if self._known.idle and (kept := _kept(node)):
            return _closed(kept)
        if self._known.idle and node.operator in {"and", "unless"}:
            return self.write(node.left, sign, filters=filters)
        if kept := _kept(node):
            return f"({node.text} or 0 * {_closed(kept)})" if filters else node.text
        if is_join(node) or node.operator not in {"+", "-", "*", "/"}:
            return node.text
        if "scalar" in (node.left.kind, node.right.kind):
            part = node.right if node.left.kind == "scalar" else node.left
            turned = node.operator == "-" and part is node.right
            return self._around(node, part, -sign if turned else sign, filters=filters)
        write = {"+": self._sum, "-": self._difference, "/": self._quotient}.get(node.operator)
        return write(node, sign, filters=filters) if write else node.text

    def _sum(self, node: Binary, sign: int, *, filters: bool) -> str:
        """Each operand is read once; where one has no series, the others are the sum, but for fallbacks alone."""
        terms = _terms(node)
        some = [term for term in terms if not has_fallback(term)]
        if len(some) < len(terms):
            plain = [self._operand(term, sign, filters=filters) for term in terms if has_fallback(term)]
            return " + ".join([*([self._together(node, some, sign, filters=filters)] if some else []), *plain])
        return self._together(node, terms, sign, filters=filters)

    def _together(self, node: Binary, terms: Sequence[Node], sign: int, *, filters: bool) -> str:
        if len(terms) == 1:
            return self._operand(terms[0], sign, filters=filters)
        if node.matching and node.matching.word == "on":
            keep = f"by ({naming.labels(node.matching.labels)})"
        else:
            keep = f"without ({naming.labels((PART, *(node.matching.labels if node.matching else ())))})"
        texts = [self.write(term, sign, filters=filters) for term in terms]
        parts = (f'label_replace({text}, "{PART}", "{n}", "", "")' for n, text in enumerate(texts))
        return f"sum {keep} ({' or '.join(parts)})"

    def _difference(self, node: Binary, sign: int, *, filters: bool) -> str:
        left = self._operand(node.left, sign, filters=filters)
        right = self._operand(node.right, -sign, filters=filters)
        lacks = sign == BAD and _needed_beside(node, self._whole)
        self._lacks |= lacks
        return _joined(node, left, right if lacks else _or_zero(node, right, left))

    def _quotient(self, node: Binary, sign: int, *, filters: bool) -> str:
        """A part of all events: the denominator shows which metrics count these."""
        before = self._whole, self._lacks
        self._whole, self._lacks = frozenset(metrics(selectors_in(node.right))), False
        above = self._operand(node.left, sign, filters=filters)
        lacks = self._lacks or (sign == GOOD and not _shown_beside(node))
        self._whole, self._lacks = before[0], before[1] or lacks
        below = self._operand(node.right, NEUTRAL, filters=False)
        return _joined(node, above if lacks else _or_zero(node, above, below), below)

    def _operand(self, node: Node, sign: int, *, filters: bool) -> str:
        """The node as an operand of any operator."""
        text = self.write(node, sign, filters=filters)
        closed = not isinstance(node, Binary | Signed) or _is_union(node)
        return text if closed or (filters and isinstance(node, Binary) and _kept(node)) else f"({text})"


def _joined(node: Binary, left: str, right: str) -> str:
    """Two operands with the operator of a node between them, and its labels to pair them by."""
    by = f" {node.matching.text}" if node.matching else ""
    return f"{left} {node.operator}{by} {right}"


def _or_zero(node: Binary, text: str, beside: str) -> str:
    """One operand of a node, or 0 where only the other one has series."""
    by = f" {node.matching.text}" if node.matching else ""
    return f"({text} or{by} 0 * {beside})"


def _needed_beside(node: Binary, whole: frozenset[str]) -> bool:
    """Whether a difference says nothing without what is subtracted: good events, of another metric, from all events."""
    taken, all_ = metrics(selectors_in(node.right)), metrics(selectors_in(node.left))
    if any(is_bucket(selector) for selector in selectors_in(node.right)):
        return True
    return all_ <= whole and not taken <= all_ - {""} and not has_fallback(node.right)


def _shown_beside(node: Binary) -> bool:
    """Whether a denominator shows events of the metric of its numerator, other than those of the numerator itself."""
    own = set(selectors_in(node.left))
    if any(map(is_bucket, own)):
        return False
    return metrics(own) <= metrics(one for one in selectors_in(node.right) if one not in own) - {""}


def _kept(node: Binary) -> Node | None:
    """What a comparison with a number leaves out series of, if it does so."""
    sides = {node.left.kind: node.left, node.right.kind: node.right}
    filters = node.operator in COMPARISONS and not node.is_bool
    return sides["vector"] if filters and sides.keys() == {"scalar", "vector"} else None


def _terms(node: Node) -> list[Node]:
    """The operands of a sum, and of sums in it whose series are paired in the same way."""
    if not isinstance(node, Binary) or not _is_sum(node):
        return [node]
    return [term for part in node.parts for term in (_terms(part) if _alike(part, node) else [part])]


def _is_union(node: Node) -> bool:
    """Whether it is written as one aggregation."""
    terms = _terms(node)
    return len(terms) > 1 and not any(map(has_fallback, terms))


def _is_sum(node: Binary) -> bool:
    kinds = (node.left.kind, node.right.kind)
    return node.operator == "+" and kinds == ("vector", "vector") and not is_join(node)


def _alike(part: Node, node: Binary) -> bool:
    return isinstance(part, Binary) and part.matching == node.matching


def _closed(node: Node) -> str:
    return f"({node.text})" if isinstance(node, Binary | Signed) else node.text
