"""Queries of a specification: a plain selector, or a PromQL expression with `[$window]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic
from slo.promql import PromqlError, Selector, parse_selector
from slo.selectors import check_selector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.diagnostics import Place

_WINDOW = "[$window]"
_SELECTOR = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\s*(?:\{[^{}]*\})?(?=\s*\[)|[a-zA-Z_:][a-zA-Z0-9_:]*\s*\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """PromQL on one line with `$window` still in it, and every selector inside it."""

    text: str
    selectors: tuple[Selector, ...]

    def over(self, range_: str) -> str:
        """The expression for a range."""
        return f"({self.text.replace('$window', range_)})"

    def __str__(self) -> str:
        """As written."""
        return self.text


Query = Selector | Expression


@lru_cache(maxsize=4096)
def parse_query(text: str) -> Query:
    """Read a selector or an expression.

    Raises:
        PromqlError: it is neither.
    """
    import promql_parser  # noqa: PLC0415 - 25 ms that commands without queries need not pay

    try:
        return parse_selector(text)
    except PromqlError as error:
        try:
            tree = promql_parser.parse(text.replace("$window", "123456s"))
        except ValueError as wrong:
            raise PromqlError(str(wrong)) from None
        if isinstance(tree, promql_parser.VectorSelector):
            raise error from None
    return Expression(" ".join(text.split()), tuple(parse_selector(m.group()) for m in _SELECTOR.finditer(text)))


def selectors_of(query: Query) -> tuple[Selector, ...]:
    """Every selector of a query."""
    return (query,) if isinstance(query, Selector) else query.selectors


def check_rate(text: str, place: Place) -> Iterator[Diagnostic]:
    """A counter, or events per second over `[$window]`."""
    yield from _check(text, place)


def check_value(text: str, place: Place) -> Iterator[Diagnostic]:
    """A gauge, or an expression with a value."""
    yield from _check(text, place)


def _check(text: str, place: Place) -> Iterator[Diagnostic]:
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield Diagnostic("SLO040", place, f"this is not a selector that Prometheus can read: {error}")
        return
    if isinstance(query, Selector):
        yield from check_selector(text, place)


def rate(query: Query, range_: str, by: Sequence[str]) -> str:
    """Events per second, summed over the series of each member: per series first, so that counter resets are exact."""
    inner = f"(rate({query}[{range_}]))" if isinstance(query, Selector) else query.over(range_)
    return f"sum{_by(by)}{inner}"


def aggregated(query: Query, operator: str, by: Sequence[str], range_: str = "") -> str:
    """One value for each member."""
    inner = f"({query})" if isinstance(query, Selector) else query.over(range_)
    return f"{operator}{_by(by)}{inner}"


def _by(labels: Sequence[str]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""
