"""Evaluate a query over input series that grow at a constant rate or keep their values."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from slo.inputs.functions import (
    AGGREGATES,
    COMPARISONS,
    EACH,
    LIMITS,
    SAME,
    quantile_of,
    quantile_of_buckets,
)
from slo.inputs.join import Labels, Vector, join_of
from slo.inputs.operate import calculated, combined, completed, joined, with_number
from slo.inputs.source import RATES, VALUES, WINDOW, Input, UndrivenError
from slo.promql.tree import Aggregation, Binary, Call, Literal, Node, Unary, VectorSelector, walk
from slo.query.series import reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from slo.promql import Selector

NOW = 1_000_000_000.0
"""The value of `time()`."""
_MINUTE = 75
"""Seconds of `$window` in a time slice, approximately; queries that need the exact number get no test."""
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}


class Server(msgspec.Struct, frozen=True):
    """The input series, and which selector reads which.

    Attributes:
        inputs: all series.
        known: for each selector, the indices of the series that it reads.
        completed: an operand without series counts as 0, as in the generated rules.
    """

    inputs: tuple[Input, ...]
    known: Mapping[Selector, tuple[int, ...]]
    completed: bool

    @classmethod
    def of(cls, inputs: Sequence[Input], selectors: Sequence[Selector], *, completed: bool) -> Server:
        """Match every selector with every series once."""
        known = {s: tuple(n for n, one in enumerate(inputs) if reads(s, one.series)) for s in selectors}
        return cls(tuple(inputs), known, completed)

    def vector(self, node: Node, values: Sequence[float | None]) -> Vector:
        """Evaluate a query to an instant vector; a scalar becomes a vector without labels."""
        found = _Evaluation(self, values).value(node)
        return {frozenset(): found} if isinstance(found, float) else found


class _Evaluation:
    """One evaluation; `values` are rates of counters and values of gauges, None for a missing series."""

    def __init__(self, server: Server, values: Sequence[float | None]) -> None:
        self._server = server
        self._values = values

    def value(self, node: Node) -> float | Vector:
        if isinstance(node, Literal):
            return number_of(node.value)
        if isinstance(node, Unary):
            found = self.value(node.operand)
            return found if node.sign == "+" else _each(lambda value: -value, found)
        if isinstance(node, VectorSelector):
            return self._read(node)
        if isinstance(node, Aggregation):
            return self._aggregation(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Call):
            return self._call(node)
        raise UndrivenError("its query looks back with a subquery")

    def vector(self, node: Node) -> Vector:
        found = self.value(node)
        return {frozenset(): found} if isinstance(found, float) else found

    def scalar(self, node: Node) -> float:
        found = self.value(node)
        return found if isinstance(found, float) else math.nan

    def _read(self, node: VectorSelector) -> Vector:
        found: Vector = {}
        for number in self._server.known[node.selector]:
            value, labels = self._values[number], self._server.inputs[number].labels
            if value is None:
                continue
            if labels in found:
                msg = f"{node.selector} reads several metrics"
                raise UndrivenError(msg)
            found[labels] = value
        return found

    def _call(self, node: Call) -> float | Vector:
        name, arguments = node.name, node.arguments
        if name in RATES | VALUES:
            return self._over_time(name, arguments[-1])
        if name in SAME | EACH.keys():
            return _each(EACH.get(name, lambda value: value), self.vector(arguments[0]))
        if name in LIMITS:
            limits = [self.scalar(argument) for argument in arguments[1:]]
            return _each(lambda value: LIMITS[name](value, *limits), self.vector(arguments[0]))
        if name == "histogram_quantile":
            return self._quantile(self.scalar(arguments[0]), self.vector(arguments[1]))
        return self._labelled(node) if name == "label_replace" else self._converted(name, arguments)

    def _over_time(self, name: str, series: Node) -> Vector:
        found = self.vector(series)
        if name != "increase" or not isinstance(series, VectorSelector):
            return found
        reach = max(self._server.inputs[n].source.reach for n in self._server.known[series.selector])
        seconds = _MINUTE if reach == WINDOW else reach
        return {labels: value * seconds for labels, value in found.items()}

    def _converted(self, name: str, arguments: Sequence[Node]) -> float | Vector:
        if name == "time":
            return NOW
        if name == "vector":
            return {frozenset(): self.scalar(arguments[0])}
        if name != "scalar":
            msg = f'its query calls "{name}"'
            raise UndrivenError(msg)
        found = self.vector(arguments[0])
        return next(iter(found.values())) if len(found) == 1 else math.nan

    def _quantile(self, share: float, found: Vector) -> Vector:
        groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
        for labels, value in found.items():
            bound = dict(labels).get("le")
            if bound is not None:
                groups[frozenset(pair for pair in labels if pair[0] != "le")].append((float(bound), value))
        return {labels: quantile_of_buckets(share, buckets) for labels, buckets in groups.items()}

    def _labelled(self, node: Call) -> Vector:
        target, template, source, pattern = (a.value for a in node.arguments[1:] if isinstance(a, Literal))
        try:
            expression = re.compile(pattern)
        except re.error:
            msg = f'label_replace has the expression "{pattern}"'
            raise UndrivenError(msg) from None
        wanted = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", template.replace("\\", r"\\"))
        found: Vector = {}
        for labels, value in self.vector(node.arguments[0]).items():
            match = expression.fullmatch(dict(labels).get(source, ""))
            own = dict(labels) | ({target: match.expand(wanted)} if match else {})
            found[frozenset((label, text) for label, text in own.items() if text)] = value
        return found

    def _aggregation(self, node: Aggregation) -> Vector:
        found = self.vector(node.operand)
        groups: dict[Labels, list[float]] = defaultdict(list)
        for labels, value in found.items():
            groups[_grouped(node, labels)].append(value)
        if node.name in AGGREGATES:
            return {labels: AGGREGATES[node.name](values) for labels, values in groups.items()}
        if node.name == "quantile":
            share = self.scalar(node.arguments[0])
            return {labels: quantile_of(share, values) for labels, values in groups.items()}
        if node.name in {"topk", "bottomk"} and all(len(v) <= self.scalar(node.arguments[0]) for v in groups.values()):
            return found
        msg = f'its query aggregates with "{node.name}"'
        raise UndrivenError(msg)

    def _binary(self, node: Binary) -> float | Vector:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, float) and isinstance(right, float):
            if node.operator in COMPARISONS:
                return float(COMPARISONS[node.operator](left, right))
            return calculated(node.operator, left, right)
        if isinstance(left, float) or isinstance(right, float):
            return with_number(node, left, right)
        join = join_of(node)
        if node.operator in {"and", "or", "unless"}:
            return combined(node.operator, left, right, join)
        if self._server.completed and not node.matching:
            left, right = completed(node.operator, left, right)
        return joined(node, left, right, join)


def refuse_constant(server: Server, trees: Iterable[Node], gauges: Sequence[float | None] = ()) -> None:
    """Refuse queries that keep a value when their series end: the start and end of no data would be unknown.

    `gauges`: the values of gauges that remain when counters end.

    Raises:
        UndrivenError: a query has a value without its counters or without any series.
    """
    counters = (one.source.kind != "gauge" for one in server.inputs)
    left = [None if counter else g for counter, g in zip(counters, gauges or [None] * len(server.inputs), strict=True)]
    if any(server.vector(tree, left) for tree in trees):
        what = "its counters" if any(value is not None for value in left) else "any series"
        msg = f"its query has a value without {what}"
        raise UndrivenError(msg)


def numbers_in(tree: Node) -> list[float]:
    """Return the numbers in a query, each once."""
    found = (number_of(n.value) for n in walk(tree) if isinstance(n, Literal) and n.kind == "scalar")
    return [number for number in dict.fromkeys(found) if math.isfinite(number)]


def number_of(text: str) -> float:
    """Parse a PromQL number, or a duration in seconds."""
    try:
        return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)
    except ValueError:
        parts = re.findall(r"(\d+)(ms|[smhdwy])", text)
        return float(sum(int(number) * _UNITS[unit] for number, unit in parts))


def _each(function: Callable[[float], float], found: float | Vector) -> float | Vector:
    if isinstance(found, float):
        return function(found)
    return {labels: function(value) for labels, value in found.items()}


def _grouped(node: Aggregation, labels: Labels) -> Labels:
    if not node.grouping:
        return frozenset()
    return frozenset(pair for pair in labels if (pair[0] in node.labels) == (node.grouping == "by"))
