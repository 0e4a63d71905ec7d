"""Queries of SLIs: a plain selector, or an expression with `$window` for the range that slo needs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from slo.model.sli import SliQuery
from slo.promql import Selector, naming, parse_expr, plain_selector, with_window

if TYPE_CHECKING:
    from collections.abc import Sequence


class Expression(msgspec.Struct, frozen=True):
    """PromQL that is more than a selector.

    Attributes:
        text: the query on one line, without comments, with `$window`.
        selectors: every selector in it, without duplicates.
        closed: it is a call or an aggregation, and needs no brackets as an operand.
    """

    text: str
    selectors: tuple[Selector, ...]
    closed: bool = False

    def over(self, range_: str) -> str:
        """Return it as an operand, with a duration for `$window`."""
        text = with_window(self.text, range_)
        return text if self.closed else f"({text})"

    def __str__(self) -> str:
        """Return the text."""
        return self.text


Query = Selector | Expression


@lru_cache(maxsize=4096)
def parse_query(text: str) -> Query:
    """Parse a selector or an expression.

    Raises:
        PromqlError: Prometheus would refuse it.
    """
    plain = plain_selector(text)
    if plain is not None:
        return plain
    found = parse_expr(text)
    return found.whole or Expression(found.line, found.selectors, found.closed)


def selectors_of(query: Query) -> tuple[Selector, ...]:
    """Return every selector of the query."""
    return query.selectors if isinstance(query, Expression) else (query,)


def sli_query(key: str, query: Query, *, counter: bool = False) -> SliQuery:
    """Return a query with its key in the file; `counter`: it counts events."""
    return SliQuery(key, selectors_of(query), query.text if isinstance(query, Expression) else "", counter)


def aggregated(query: Query, operator: str, by: Sequence[str], range_: str = "") -> str:
    """Return one value of each member: `max by (tenant) (queue_depth)`.

    Args:
        query: what is aggregated.
        operator: how.
        by: labels that tell members apart.
        range_: replaces `$window`.
    """
    return f"{operator}{by_labels(by)}({with_window(str(query), range_)})"


def by_labels(labels: Sequence[str]) -> str:
    """Return the `by` clause that keeps these labels."""
    return naming.by(labels)
