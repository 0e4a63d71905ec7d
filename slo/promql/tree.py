"""The syntax tree of a PromQL query, with the position of each node."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from slo.promql import naming

if TYPE_CHECKING:
    from slo.promql.ranges import Range
    from slo.promql.selector import Selector
    from slo.promql.tokens import Line


class Node(msgspec.Struct, frozen=True, eq=False):
    """A part of a query that has a value; brackets around it have no node.

    Attributes:
        line: the query.
        first: its first character in the line.
        end: the character after its last one.
        kind: the type of its value in PromQL's words: vector, scalar, matrix or string.
    """

    line: Line
    first: int
    end: int
    kind: str

    @property
    def parts(self) -> tuple[Node, ...]:
        """Child nodes in the order of the text."""
        return ()

    @property
    def text(self) -> str:
        """Its text on one line."""
        return self.line.text[self.first : self.end]

    @property
    def start(self) -> int:
        """Offset of its first character in the query as it is written."""
        return self.line.place(self.first)

    @property
    def length(self) -> int:
        """Number of characters in the query as it is written."""
        return self.line.place(self.end - 1) + 1 - self.start


class Literal(Node, frozen=True, eq=False):
    """A number or a string; `value` as it is written."""

    value: str


class VectorSelector(Node, frozen=True, eq=False):
    """A selector, with a range or without.

    Attributes:
        selector: which series.
        range: the range in square brackets, or none.
        modifiers: `offset` and `@`, in the order in which they are written.
    """

    selector: Selector
    range: Range | None = None
    modifiers: tuple[str, ...] = ()


class Subquery(Node, frozen=True, eq=False):
    """The values of an expression over time: `expr[1h:1m]`."""

    inner: Node
    range: Range
    modifiers: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Node, ...]:
        """The expression."""
        return (self.inner,)


class Call(Node, frozen=True, eq=False):
    """A call of a function."""

    name: str
    arguments: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.arguments


class Aggregation(Node, frozen=True, eq=False):
    """An aggregation such as `sum by (job) (...)`.

    Attributes:
        name: the operator in lower case.
        arguments: what is aggregated comes last; `topk` and others have a parameter before it.
        grouping: `by`, `without`, or empty.
        labels: the labels in the brackets behind that word.
    """

    name: str
    arguments: tuple[Node, ...]
    grouping: str = ""
    labels: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Node, ...]:
        """Parameter and operand."""
        return self.arguments

    @property
    def operand(self) -> Node:
        """What is aggregated."""
        return self.arguments[-1]


class VectorMatching(msgspec.Struct, frozen=True):
    """How the series of two operands are paired.

    Attributes:
        word: `on` or `ignoring`.
        labels: the labels in the brackets behind it.
        grouped: `group_left` or `group_right`, whose side may have several series for one of the other; or empty.
        included: the labels in the brackets behind `grouped`.
    """

    word: str
    labels: tuple[str, ...]
    grouped: str = ""
    included: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As it is written behind an operator."""
        return f"{self.word} ({naming.labels(self.labels)})"


class Binary(Node, frozen=True, eq=False):
    """Two operands and an operator.

    Attributes:
        operator: in lower case.
        left: the first operand.
        right: the second one.
        is_bool: a comparison that gives 0 or 1 instead of leaving series out.
        matching: how series are paired, where it is not by all labels.
    """

    operator: str
    left: Node
    right: Node
    is_bool: bool = False
    matching: VectorMatching | None = None

    @property
    def parts(self) -> tuple[Node, ...]:
        """Both operands."""
        return (self.left, self.right)


class Unary(Node, frozen=True, eq=False):
    """An operand with a sign before it."""

    sign: str
    operand: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The operand."""
        return (self.operand,)


@lru_cache(maxsize=16_384)  # checks walk along the same trees
def walk(node: Node) -> tuple[Node, ...]:
    """Return the node and all its descendants in the order of the text."""
    return (node, *(inner for part in node.parts for inner in walk(part)))
