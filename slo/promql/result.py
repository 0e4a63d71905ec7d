"""What is known about a query once it is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.promql.selector import Selector
    from slo.promql.tokens import Line, Token
    from slo.promql.tree import Node


class Range(msgspec.Struct, frozen=True, eq=False):
    """A range in square brackets.

    Attributes:
        line: the query.
        first: the opening bracket in the line.
        end: the character after the closing one.
        function: the innermost call around it, if any.
        window: it is `$window`, not a duration of the user's.
        subquery: it is a range of values of an expression, as in [1h:1m].
    """

    line: Line
    first: int
    end: int
    function: Token | None
    window: bool
    subquery: bool

    @property
    def text(self) -> str:
        """What is in the brackets."""
        return self.line.text[self.first + 1 : self.end - 1]

    @property
    def start(self) -> int:
        """Offset of the opening bracket in the query as it is written."""
        return self.line.place(self.first)

    @property
    def length(self) -> int:
        """Number of characters in the query as it is written."""
        return self.line.place(self.end - 1) + 1 - self.start


class Parsed(msgspec.Struct, frozen=True):
    """A query.

    Attributes:
        line: its text on one line, without comments, strings spelled by us, `$window` still in it.
        kind: what it gives, in PromQL's words: vector, scalar, matrix or string.
        selectors: every selector in it, each once.
        ranges: every range in it, in the order of the text.
        whole: the selector that it is, if it is nothing else.
        closed: it is a call or an aggregation, so that no operator beside it can tear it apart.
    """

    line: str
    kind: str
    selectors: tuple[Selector, ...]
    ranges: tuple[Range, ...]
    whole: Selector | None
    closed: bool
    tree: Node
