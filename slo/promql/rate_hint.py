"""The hint for a function that counts over a range where events per second are needed."""

from __future__ import annotations

from slo.promql.functions import COMPARISONS
from slo.promql.rewriting import made_bool, written
from slo.promql.spelling import WINDOW
from slo.promql.tree import Binary, Call, Node, Subquery, VectorSelector, walk

PERIOD = "where PERIOD is how many seconds of events each value counts"
_RATE = f"write rate(...[{WINDOW}])"
_OF_VALUES = frozenset(["sum_over_time", "count_over_time"])
COUNTERS = ("_total", "_count", "_sum", "_bucket")
"""Suffixes of counter names."""


def rate_instead(tree: Node, start: int) -> str:
    """Return the hint for the call that begins at this character of the line."""
    call = next((n for n in walk(tree) if isinstance(n, Call) and n.first == start), None)
    if call is None or call.name not in _OF_VALUES:
        return _RATE
    inner = call.arguments[0]
    name = inner.selector.name if isinstance(inner, VectorSelector) else ""
    if not isinstance(inner, Subquery) and name.endswith(COUNTERS):
        return f"write rate({inner.text})"
    if call.name == "count_over_time" and isinstance(inner, VectorSelector):
        return f"it counts samples; minutes in which a 0/1 gauge is 1 are counted by sli: {{up: {inner.selector}}}"
    return f"write avg_over_time({_of_ones(inner)}) / PERIOD, {PERIOD}"


def _of_ones(node: Node) -> str:
    """Return the operand as text, with `bool` in place of a filter."""
    if isinstance(node, Subquery) and isinstance(node.inner, Binary) and node.inner.operator in COMPARISONS:
        return node.text if node.inner.is_bool else written(node, made_bool(node.inner))
    return node.text
