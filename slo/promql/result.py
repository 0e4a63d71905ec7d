"""What is known about a query once it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.promql.selector import Selector
    from slo.promql.tokens import Token
    from slo.promql.tree import Node


class Range(msgspec.Struct, frozen=True):
    """A range in square brackets.

    Attributes:
        function: the innermost call that it stands in, if any.
        bracket: the opening bracket.
        length: characters up to and with the closing one.
        window: it is `$window`, not a duration of the user's.
        subquery: it is a range of values of an expression, as in [1h:1m].
    """

    function: Token | None
    bracket: Token
    length: int
    window: bool
    subquery: bool


class Parsed(msgspec.Struct, frozen=True):
    """A query.

    Attributes:
        line: its text on one line, without comments, strings spelled by us, `$window` still in it.
        kind: what it gives, in PromQL's words: vector, scalar, matrix or string.
        selectors: every selector in it, each once.
        ranges: every range in it, in the order of the text.
        whole: the selector that it is, if it is nothing else.
        tree: what it is made of.
        closed: it is a call or an aggregation, so that no operator beside it can tear it apart.
    """

    line: str
    kind: str
    selectors: tuple[Selector, ...]
    ranges: tuple[Range, ...]
    whole: Selector | None
    closed: bool
    tree: Node
