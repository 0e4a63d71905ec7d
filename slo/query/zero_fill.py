"""Fill operands that have no series with 0.

`a + b` has a value only where both sides have one. A counter has no series before its first event, and the whole sum
would be lost. Here it counts 0 while the rest is measured. A missing bucket is different: without the bucket of the
limit, fast events cannot be separated from slow ones, so the series of that target do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql import duration, naming, parse_expr, with_window
from slo.promql.functions import COMPARISONS
from slo.promql.rewriting import instead, written
from slo.promql.tree import Aggregation, Binary, Call, Node, Unary, VectorSelector
from slo.query.operands import (
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import CountingWindow
    from slo.promql import Selector

PART = "__part"
"""Label that keeps operands distinct in a union. Names with two underscores are reserved: no scraped series has it."""
_TRANSPARENT = LABELLING | {"abs", "clamp", "clamp_max", "clamp_min", "round"}


class QueryFacts(msgspec.Struct, frozen=True):
    """What an SLI knows about one of its queries.

    Attributes:
        sign: `GOOD`, `NEUTRAL` or `BAD`: whether a larger value is better.
        buckets: for a counter of a histogram, the buckets that a series must have to count.
        whole: metrics that count all events; in a quotient, those of the denominator.
        idle: drop comparisons and conditions, so that there is a value without traffic.
    """

    sign: int = NEUTRAL
    buckets: Buckets = {}
    whole: frozenset[str] = frozenset()
    idle: bool = False


def zero_filled(text: str, base: CountingWindow, facts: QueryFacts) -> str:
    """Return the query over the range of the base, with 0 for operands that have no series yet."""
    return with_window(_ZeroFill(base, facts).write(parse_expr(text).tree, facts.sign), base.range)


def rate_of(selector: Selector, base: CountingWindow, buckets: Sequence[Selector] = ()) -> str:
    """Return the events per second of each series, in brackets unless it is a single call.

    With an unknown scrape interval, a series counts the difference of its samples at both ends of the subwindow, exact
    for every interval. `rate` remains for series that began, ended or were reset within the subwindow.
    """
    rate = f"rate({selector}[{base.range}])"
    if base.any_interval:
        subwindow = duration(base.subwindow)
        change = f"({selector} - {selector} offset {subwindow}) / {base.subwindow}"
        rate = f"({change} unless resets({selector}[{base.range}]) > 0\n  or {rate})"
    return _with_buckets(rate, buckets, f"[{base.range}]")


def _with_buckets(rate: str, buckets: Sequence[Selector], range_: str) -> str:
    """Keep the series that have each of the buckets."""
    for bucket in buckets:
        rate = f"({rate} and ignoring ({LE}) rate({bucket}{range_}))"
    return rate


def union_sum(texts: Sequence[str], keep: str = f"without ({PART})") -> str:
    """Add up vectors, some of which may have no series; each is read once."""
    parts = (f'label_replace({text}, "{PART}", "{n}", "", "")' for n, text in enumerate(texts))
    return f"sum {keep} ({' or '.join(parts)})"


class _ZeroFill:
    """A writer of trees as PromQL with operands filled; parts that need no change keep the user's text."""

    def __init__(self, base: CountingWindow, facts: QueryFacts) -> None:
        self._base = base
        self._facts = facts
        self._whole = facts.whole
        self._required = False  # an operand that must have series was met

    def write(self, node: Node, sign: int, *, filters: bool = True) -> str:
        """Return the node as PromQL.

        Args:
            node: the node.
            sign: whether a larger value is better: a missing good operand is unknown, a missing bad one is 0.
            filters: fill a comparison that drops every series with 0.
        """
        if isinstance(node, Binary):
            return self._binary(node, sign, filters=filters)
        if isinstance(node, Aggregation):
            return self._aggregation(node, sign, filters=filters)
        if isinstance(node, Unary):
            return self._around(node, node.operand, -sign, filters=filters)
        if isinstance(node, Call):
            return self._call(node, sign, filters=filters)
        return node.text

    def _around(self, node: Node, part: Node, sign: int, *, filters: bool) -> str:
        """Return the node with one part filled."""
        text = self.write(part, sign, filters=filters)
        return node.text if text == part.text else written(node, instead(part, text))

    def _call(self, node: Call, sign: int, *, filters: bool) -> str:
        inner = node.arguments[0] if node.arguments else None
        if node.name == "rate" and isinstance(inner, VectorSelector) and inner.range and not inner.modifiers:
            return self._rate(node, inner)
        if node.name in _TRANSPARENT and inner:
            return self._around(node, inner, sign, filters=filters)
        return node.text

    def _rate(self, node: Call, inner: VectorSelector) -> str:
        buckets = self._facts.buckets.get(inner.selector, ())
        if inner.range and inner.range.window and self._base.any_interval:
            return rate_of(inner.selector, self._base, buckets)
        range_ = inner.text[inner.text.rindex("[") :]
        return _with_buckets(node.text, buckets, range_)

    def _aggregation(self, node: Aggregation, sign: int, *, filters: bool) -> str:
        inner = node.operand
        if node.name == "count" and filters and isinstance(inner, Binary) and (kept := _kept(inner)):
            return f"({node.text} or 0 * {written(node, instead(inner, _closed(kept)))})"
        return self._around(node, inner, sign, filters=filters and node.name == "sum")

    def _binary(self, node: Binary, sign: int, *, filters: bool) -> str:
        if self._facts.idle and (kept := _kept(node)):
            return _closed(kept)
        if self._facts.idle and node.operator in {"and", "unless"}:
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
        """Fill each operand. One with a fallback of its own, such as `or vector(0)`, does not keep the sum alive."""
        terms = _terms(node)
        some = [term for term in terms if not has_fallback(term)]
        if len(some) == len(terms):
            return self._union(node, terms, sign, filters=filters)
        if node.matching or not some:
            return node.text
        kept = [self._operand(term, sign, filters=filters) for term in terms if has_fallback(term)]
        return " + ".join([self._union(node, some, sign, filters=filters), *kept])

    def _union(self, node: Binary, terms: Sequence[Node], sign: int, *, filters: bool) -> str:
        if len(terms) == 1:
            return self._operand(terms[0], sign, filters=filters)
        if node.matching and node.matching.word == "on":
            keep = f"by ({naming.labels(node.matching.labels)})"
        else:
            keep = f"without ({naming.labels((PART, *(node.matching.labels if node.matching else ())))})"
        return union_sum([self.write(term, sign, filters=filters) for term in terms], keep)

    def _difference(self, node: Binary, sign: int, *, filters: bool) -> str:
        left = self._operand(node.left, sign, filters=filters)
        right = self._operand(node.right, -sign, filters=filters)
        required = sign == BAD and _needs_subtrahend(node, self._whole)
        self._required |= required
        return _joined(node, left, right if required else _or_zero(node, right, left))

    def _quotient(self, node: Binary, sign: int, *, filters: bool) -> str:
        """Fill the numerator, unless the denominator would not show that its events are missing."""
        before = self._whole, self._required
        self._whole, self._required = frozenset(metrics(selectors_in(node.right))), False
        above = self._operand(node.left, sign, filters=filters)
        required = self._required or (sign == GOOD and not _shows_numerator(node))
        self._whole, self._required = before[0], before[1] or required
        below = self._operand(node.right, NEUTRAL, filters=False)
        return _joined(node, above if required else _or_zero(node, above, below), below)

    def _operand(self, node: Node, sign: int, *, filters: bool) -> str:
        """Return the node in brackets where an operator needs them."""
        text = self.write(node, sign, filters=filters)
        closed = not isinstance(node, Binary | Unary) or _is_union(node)
        return text if closed or (filters and isinstance(node, Binary) and _kept(node)) else f"({text})"


def _joined(node: Binary, left: str, right: str) -> str:
    """Join two operands by the operator and the matching of a node."""
    by = f" {node.matching.text}" if node.matching else ""
    return f"{left} {node.operator}{by} {right}"


def _or_zero(node: Binary, text: str, beside: str) -> str:
    """Fill one operand of a node with 0 where only the other one has series."""
    by = f" {node.matching.text}" if node.matching else ""
    return f"({text} or{by} 0 * {beside})"


def _needs_subtrahend(node: Binary, whole: frozenset[str]) -> bool:
    """Whether a difference needs its subtrahend: good events of another metric, taken from all events."""
    taken, all_ = metrics(selectors_in(node.right)), metrics(selectors_in(node.left))
    if any(is_bucket(selector) for selector in selectors_in(node.right)):
        return True
    return all_ <= whole and not taken <= all_ - {""} and not has_fallback(node.right)


def _shows_numerator(node: Binary) -> bool:
    """Whether the denominator has the metric of the numerator beyond the numerator's own selectors."""
    own = set(selectors_in(node.left))
    if any(map(is_bucket, own)):
        return False
    return metrics(own) <= metrics(one for one in selectors_in(node.right) if one not in own) - {""}


def _kept(node: Binary) -> Node | None:
    """Return the vector that a comparison with a number filters, if it is one without `bool`."""
    sides = {node.left.kind: node.left, node.right.kind: node.right}
    filters = node.operator in COMPARISONS and not node.is_bool
    return sides["vector"] if filters and sides.keys() == {"scalar", "vector"} else None


def _terms(node: Node) -> list[Node]:
    """Return the operands of a sum, those of nested sums with the same matching included."""
    if not isinstance(node, Binary) or not _is_sum(node):
        return [node]
    return [term for part in node.parts for term in (_terms(part) if _alike(part, node) else [part])]


def _is_union(node: Node) -> bool:
    """Whether a sum is written as one aggregation."""
    terms = _terms(node)
    return len(terms) > 1 and not any(map(has_fallback, terms))


def _is_sum(node: Binary) -> bool:
    kinds = (node.left.kind, node.right.kind)
    return node.operator == "+" and kinds == ("vector", "vector") and not is_join(node)


def _alike(part: Node, node: Binary) -> bool:
    return isinstance(part, Binary) and part.matching == node.matching


def _closed(node: Node) -> str:
    return f"({node.text})" if isinstance(node, Binary | Unary) else node.text
