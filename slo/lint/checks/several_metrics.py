"""Checks of several metrics in one query: a regular expression for their names, and `or` in place of `+`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.analysis.dimensions import EVENTS, dimension
from slo.lint.analysis.scale import factor
from slo.lint.checks.rates import loses
from slo.lint.finding import rewrite
from slo.lint.registry import BUILD, check
from slo.promql.functions import COMPARISONS
from slo.promql.rewriting import Change, instead, repeatedly, selected, written
from slo.promql.selector_parser import plain
from slo.promql.tree import Aggregation, Binary, Call, Unary, VectorSelector, walk
from slo.query.series import all_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql import Matcher, Selector
    from slo.promql.tree import Node

_KEEPS_NAMES = frozenset(
    [
        *("absent", "absent_over_time", "label_join", "label_replace", "scalar", "sort", "sort_desc"),
        *("first_over_time", "last_over_time"),
    ]
)
_WRITTEN_OUT = "write a sum with one rate for each metric: sum(rate(a_total[$window])) + sum(rate(b_total[$window]))"
_ONE_EACH = "name one metric in each selector"
_FREE_LABELS = frozenset(["label_replace", "label_join"])


@check("SLO161", BUILD)
def several_metrics(context: LintContext) -> Iterator[Finding]:
    """Report selectors of several metrics under functions that drop the name: equal label sets fail the rule."""
    for query in context.queries:
        found = _unnamed(query)
        if found is not None:
            message = f"{found} selects several metrics; two series that differ only in name fail the rule"
            otherwise = _WRITTEN_OUT if query.is_counter else _ONE_EACH
            yield rewrite(query.place, message, _written_out(query), otherwise=otherwise)


def _names_several(selector: Selector) -> bool:
    """Whether the matchers of `__name__` allow several metrics."""
    names = [m for m in selector.matchers if m.label == "__name__"]
    return bool(names) and all((m.op != "=" and len(all_values(m.value)) != 1) or m.op in {"!=", "!~"} for m in names)


def _unnamed(query: SloQuery) -> Selector | None:
    """Return the first selector of several metrics that loses its names, if any."""
    selector = query.selector
    if selector is None:
        return next((node.selector for node, _ in _reads(query.tree)), None)
    loses_name = query.is_counter or query.kind == "up"
    return selector if loses_name and not selector.name and _names_several(selector) else None


def _reads(tree: Node) -> Iterator[tuple[VectorSelector, Node]]:
    """Yield each selector of several metrics that loses its names, and the node that drops them."""
    for node in walk(tree):
        for part in node.parts if _drops_names(node) else ():
            if isinstance(part, VectorSelector) and not part.selector.name and _names_several(part.selector):
                yield part, node


def _drops_names(node: Node) -> bool:
    if isinstance(node, Binary):
        return node.is_bool or node.operator not in {*COMPARISONS, "and", "or", "unless"}
    return isinstance(node, Unary) or (isinstance(node, Call) and node.name not in _KEEPS_NAMES)


def _written_out(query: SloQuery) -> str:
    """Return the query as a sum over the metrics; empty if they cannot be listed."""
    by = _by(query)
    if query.selector is None:
        return _sum_within(query.tree, by)
    if query.kind == "up":
        return f"sli: {{threshold: {{query: '{query.text.replace(chr(39), chr(39) * 2)}', over: 1}}}}"
    return " + ".join(f"sum{by}(rate({one}[$window]))" for one in each(query.selector))


def _by(query: SloQuery) -> str:
    return f" by ({', '.join(query.slo.group_by)}) " if query.slo.group_by else ""


def each(selector: Selector) -> tuple[str, ...]:
    """Return the selector once for each metric."""
    rest = tuple(m for m in selector.matchers if m.label != "__name__")
    names = [m for m in selector.matchers if m.label == "__name__"]
    if len(names) != 1 or names[0].op != "=~":
        return ()
    return tuple(str(plain(name, rest)) for name in all_values(names[0].value) if name)


def _sum_within(tree: Node, by: str) -> str:
    found = repeatedly(tree, lambda node: _one_written_out(node, by))
    return "" if found is tree or any(True for _ in _reads(found)) else found.text


def _one_written_out(tree: Node, by: str) -> str:
    read, dropping = next(_reads(tree), (None, None))
    if read is None or dropping is None or not (names := each(read.selector)):
        return ""
    part = _enclosing_sum(tree, read) or next((n for n in (tree, dropping) if dimension(n) == EVENTS), None)
    if part is None:
        return ""
    texts = [written(part, _renamed(read, name)) for name in names]
    if not isinstance(part, Aggregation):
        texts = [f"sum{by}({text})" for text in texts]
    joined = " + ".join(texts)
    return joined if part is tree else written(tree, instead(part, f"({joined})"))


def _renamed(read: VectorSelector, name: str) -> Change:
    """Replace a selector; its range and `offset` stay."""
    return read.first, selected(read), name


def _enclosing_sum(tree: Node, read: VectorSelector) -> Aggregation | None:
    """Return the innermost sum around a selector."""
    sums = [n for n in walk(tree) if isinstance(n, Aggregation) and n.name == "sum" and _contains(n, read)]
    return sums[-1] if sums else None


def _contains(node: Node, part: Node) -> bool:
    return node.first <= part.first and part.end <= node.end


@check("SLO162", BUILD)
def alternatives(context: LintContext) -> Iterator[Finding]:
    """Report `or` between rates: while the first has series, the second is not counted."""
    for query in context.expressions:
        found = next(_sums(query.tree), None)
        if found is not None:
            last = [side for side in _sides(found) if _counts(side)][-1]
            message = f"or does not add: {last.text} is left out while the other side has series with its labels"
            yield rewrite(query.place, message, _added(query.tree, _by(query)))


def _sums(tree: Node) -> Iterator[Binary]:
    """Yield each outermost `or` between rates that may have equal labels."""
    inner: set[int] = set()
    for node in walk(tree):
        if isinstance(node, Binary) and node.operator == "or" and id(node) not in inner:
            inner |= {id(part) for part in walk(node)}
            if _overlap([side for side in _sides(node) if _counts(side)]):
                yield node


def _counts(node: Node) -> bool:
    """Whether a node counts events, unlike a fallback of 0."""
    return dimension(node) == EVENTS and factor(node) != 0


def _sides(node: Node) -> list[Node]:
    """Return the operands of a chain of `or`."""
    if isinstance(node, Binary) and node.operator == "or":
        return [*_sides(node.left), *_sides(node.right)]
    return [node]


def _overlap(sides: Sequence[Node]) -> bool:
    """Whether two sides may have equal labels."""
    return any(not _apart(one, other) for n, one in enumerate(sides) for other in sides[n + 1 :])


def _apart(one: Node, other: Node) -> bool:
    """Whether the labels of two sides always differ."""
    if any(isinstance(n, Call) and n.name in _FREE_LABELS for side in (one, other) for n in walk(side)):
        return True
    if _is_union(one, other):
        return True
    left, right = _exact(one), _exact(other)
    differing = {m.label for m in left if any(o.label == m.label and o.value != m.value for o in right)}
    return any(not loses(one, label) and not loses(other, label) for label in differing - {"__name__"})


def _is_union(one: Node, other: Node) -> bool:
    """Whether both sides are series of one metric with all labels, where equal labels mean the same series."""
    parts = [*walk(one), *walk(other)]
    names = {n.selector.name for n in parts if isinstance(n, VectorSelector)}
    return len(names) == 1 and not any(isinstance(n, Aggregation | Binary) for n in parts)


def _exact(node: Node) -> list[Matcher]:
    """Return the `=` matchers that every selector of a node has."""
    reads = [set(n.selector.matchers) for n in walk(node) if isinstance(n, VectorSelector)]
    return [m for m in (set.intersection(*reads) if reads else ()) if m.op == "="]


def _added(tree: Node, by: str) -> str:
    found = repeatedly(tree, lambda node: _one_added(node, by))
    return found.text


def _one_added(tree: Node, by: str) -> str:
    node = next(_sums(tree), None)
    if node is None:
        return ""
    sides = sorted(_sides(node), key=_counts, reverse=True)
    around = next((n for n in walk(tree) if isinstance(n, Aggregation) and n.name == "sum" and n.operand is node), None)
    texts = [_summed(side, node, around, by) for side in sides]
    number = sum(map(_counts, sides))
    joined = " or ".join([" + ".join(texts[:number]), *texts[number:]])
    outer = around or node
    bare = outer is tree or outer is node
    return written(tree, instead(outer, joined if bare else f"({joined})"))


def _summed(side: Node, joined: Node, around: Aggregation | None, by: str) -> str:
    """Return one side as its own sum: with the sum around the `or`, or with one by the group labels."""
    if around is not None:
        return written(around, instead(joined, side.text))
    return side.text if isinstance(side, Aggregation) or not _counts(side) else f"sum{by}({side.text})"
