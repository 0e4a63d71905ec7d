"""What is known about a query once it is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.promql.ranges import Range
    from slo.promql.selector import Selector
    from slo.promql.tree import Node


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
