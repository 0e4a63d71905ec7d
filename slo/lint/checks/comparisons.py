"""Check of comparisons that drop series whose value is needed."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from slo.lint.analysis.dimensions import RATIO, dimension
from slo.lint.analysis.scale import constant
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql.functions import ABSENCE, COMPARISONS
from slo.promql.rewriting import instead, made_bool, name_instead, operand, repeatedly, written
from slo.promql.tree import Aggregation, Binary, Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql.tree import Node

    Found = tuple[Binary, tuple[Node, ...]]
    """A comparison, and the nodes around it from the outermost to the innermost."""

_COUNTS = {"count": "sum", "count_over_time": "sum_over_time"}
_POSITIVE = {(">", 0.0), ("!=", 0.0)}
_EACH_NEEDS_ONE = frozenset(["ratio", "threshold", "freshness"])


@check("SLO153", BUILD)
def filters(context: LintContext) -> Iterator[Finding]:
    """Report comparisons without `bool`: when no series passes, the minute does not count."""
    for query in context.expressions:
        found = next(_filters(query, query.tree), None) if query.kind in _EACH_NEEDS_ONE else None
        if found:
            shown = found[0].text
            message = f"without bool, {shown} drops series: a minute in which all are dropped does not count"
            yield rewrite(query.place, message, _without_filters(query))


def _filters(query: SloQuery, tree: Node) -> Iterator[Found]:
    """Yield the comparisons that drop needed series, in a tree of the query."""
    stamps = query.kind == "freshness"
    return (found for found in _comparisons(tree, ()) if not _is_guard(found[0], stamps=stamps))


def _comparisons(node: Node, around: tuple[Node, ...]) -> Iterator[Found]:
    """Yield every comparison that decides whether there is a value."""
    if isinstance(node, Binary) and node.operator in COMPARISONS and not node.is_bool and node.kind == "vector":
        yield node, around
    for part in _needed(node):
        yield from _comparisons(part, (*around, node))


def _needed(node: Node) -> tuple[Node, ...]:
    """Return the operands in which a filter is a mistake.

    In a divisor a filter keeps 0 out, after `and` it limits when to measure, before `or` the right side replaces what
    it drops, and `timestamp(x == 1)` is the time of the last 1.
    """
    if isinstance(node, Binary) and node.operator in {"/", "%", "and", "unless"}:
        return (node.left,)
    if isinstance(node, Binary) and node.operator == "or":
        return (node.right,)
    return () if isinstance(node, Call) and node.name in {*ABSENCE, "timestamp"} else node.parts


def _is_guard(node: Binary, *, stamps: bool) -> bool:
    """Whether it only drops invalid values: NaN, infinity, a sentinel below 0, a timestamp of 0."""
    limit = constant(node.right)
    if node.left.text == node.right.text:
        return True
    if limit is None or node.operator in {"==", "<", "<="}:
        return limit is not None and isinf(limit)
    return limit < 0 or isinf(limit) or (limit == 0 and (stamps or node.operator == ">="))


def _without_filters(query: SloQuery) -> str:
    return repeatedly(query.tree, lambda tree: _repaired(query, tree)).text


def _repaired(query: SloQuery, tree: Node) -> str:
    """Return the query with its first comparison repaired: with 0 instead of no value, or without the comparison."""
    comparison, around = next(_filters(query, tree), (None, ()))
    if comparison is None:
        return ""
    outer = next((n for n in reversed(around) if isinstance(n, Call | Aggregation)), None)
    if outer is not None and outer.name in _COUNTS:
        return _of_count(tree, comparison, outer, around)
    if _compares_with_one(comparison) and (query.kind != "freshness" or _is_factor(around)):
        return written(tree, made_bool(comparison))
    keeps_positive = (comparison.operator, constant(comparison.right)) in _POSITIVE
    if not keeps_positive and (_is_factor(around) or (outer is not None and outer.name == "sum")):
        flag = written(comparison, made_bool(comparison))
        return written(tree, instead(comparison, f"({flag}) * {operand(_value(comparison))}"))
    if _wants_flag(query, comparison, summed=outer is not None and outer.name == "sum"):
        return written(tree, made_bool(comparison))
    beside = around and isinstance(around[-1], Binary)
    value = operand(_value(comparison)) if beside else _value(comparison).text
    return written(tree, instead(comparison, value))


def _compares_with_one(comparison: Binary) -> bool:
    return comparison.operator == "==" and 1.0 in (constant(comparison.left), constant(comparison.right))


def _is_factor(around: tuple[Node, ...]) -> bool:
    return bool(around) and isinstance(around[-1], Binary) and around[-1].operator == "*"


def _wants_flag(query: SloQuery, comparison: Binary, *, summed: bool) -> bool:
    """Whether the SLI needs 0 and 1; of a ratio filtered by `> 0` it needs the value."""
    positive = (comparison.operator, constant(comparison.right)) in _POSITIVE
    if positive and (summed or dimension(comparison.left) == RATIO):
        return False
    return query.slo.sli.is_fraction


def _value(comparison: Binary) -> Node:
    return comparison.right if comparison.left.kind == "scalar" else comparison.left


def _of_count(tree: Node, comparison: Binary, outer: Call | Aggregation, around: tuple[Node, ...]) -> str:
    """Return the sum of 0 and 1, or their mean if the divisor counts the same series."""
    quotient = around[around.index(outer) - 1] if around.index(outer) else None
    if isinstance(quotient, Binary) and isinstance(outer, Aggregation) and _is_mean(comparison, outer, quotient):
        mean = written(outer, name_instead(outer, "avg"), made_bool(comparison))
        return written(tree, instead(quotient, mean))
    return written(tree, name_instead(outer, _COUNTS[outer.name]), made_bool(comparison))


def _is_mean(comparison: Binary, count: Aggregation, quotient: Binary) -> bool:
    """Whether the quotient divides the series that pass by all series, in the same groups."""
    other = quotient.right
    if quotient.operator != "/" or quotient.left is not count or not isinstance(other, Aggregation):
        return False
    same = (other.name, other.grouping, set(other.labels)) == ("count", count.grouping, set(count.labels))
    alone = count.operand is comparison and other.operand.text == _value(comparison).text
    return same and alone and not quotient.matching
