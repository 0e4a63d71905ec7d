"""Ranges in queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.promql.tokens import Line, Token


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
