"""Queries of SLIs: a plain selector, or an expression in which `$window` stands for the range that slo needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place
from slo.promql import PromqlError, Selector, instant_selector, parsed, selectors_in
from slo.promql.plain import plain_selector
from slo.promql.reading import with_window
from slo.promql.tokens import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import promql_parser


@dataclass(frozen=True, slots=True)
class Expression:
    """PromQL that is more than a selector.

    Attributes:
        text: what the user wrote, on one line, comments removed, strings spelled by us, `$window` still in it.
        selectors: every selector in it, without duplicates.
        closed: it is a call or an aggregation, so that no operator beside it can tear it apart.
    """

    text: str
    selectors: tuple[Selector, ...]
    closed: bool = False

    def over(self, range_: str) -> str:
        """PromQL that may stand beside any operator, `$window` replaced by a duration."""
        text = with_window(self.text, range_)
        return text if self.closed else f"({text})"

    def __str__(self) -> str:
        """The text, for a person."""
        return self.text


Query = Selector | Expression


@lru_cache(maxsize=4096)
def parse_query(text: str) -> Query:
    """Read a selector or an expression.

    Raises:
        PromqlError: Prometheus would not read it.
    """
    if plain := plain_selector(text):
        return plain
    import promql_parser  # noqa: PLC0415 - 25 ms that commands without queries need not pay

    tree, line = parsed(text)
    selector = instant_selector(tree)
    if selector is not None:
        return selector
    return Expression(line, selectors_in(tree), isinstance(tree, promql_parser.Call | promql_parser.AggregateExpr))


def selectors_of(query: Query) -> tuple[Selector, ...]:
    """Every selector that the query reads."""
    return query.selectors if isinstance(query, Expression) else (query,)


def rate(query: Query, range_: str, by: Sequence[str]) -> str:
    """Events per second, summed over the series of each member; per series first, so that counter resets are exact."""
    if isinstance(query, Expression):
        return f"sum{_by(by)}({with_window(query.text, range_)})"
    return f"sum{_by(by)}(rate({query}[{range_}]))"


def aggregated(query: Query, operator: str, by: Sequence[str], range_: str = "") -> str:
    """One value of each member: `max by (tenant) (queue_depth)`; `range_` replaces `$window`."""
    return f"{operator}{_by(by)}({with_window(str(query), range_)})"


def _by(labels: Sequence[str]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""


def check_rate(text: str, place: Place) -> Iterator[Diagnostic]:
    """Every problem of a query that has to give events per second."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield _unreadable(error, place)
        return
    yield from _check_names(query, place)
    if isinstance(query, Expression) and WINDOW not in query.text:
        message = f"this expression has no [{WINDOW}], so it is no rate over the range that slo needs"
        yield Diagnostic("SLO048", place, message, f"write rate(requests_total[{WINDOW}]), or the selector alone")


def check_value(text: str, place: Place) -> Iterator[Diagnostic]:
    """Every problem of a query that has to give the current value of something."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield _unreadable(error, place)
        return
    yield from _check_names(query, place)
    found = value_type(parsed(text)[0])
    if found != "vector":
        message = f"this gives {_NOUNS[found]}, and an SLI needs an instant vector"
        yield Diagnostic("SLO049", place, message)


_NOUNS = {"scalar": "a single number", "string": "a string", "matrix": "a range vector"}


def value_type(tree: promql_parser.Expr) -> str:
    """The type of what an expression gives, in PromQL's words: vector, scalar, matrix or string."""
    import promql_parser as p  # noqa: PLC0415 - as above

    while isinstance(tree, p.ParenExpr | p.UnaryExpr):
        tree = tree.expr
    if isinstance(tree, p.BinaryExpr):
        return "vector" if "vector" in (value_type(tree.lhs), value_type(tree.rhs)) else "scalar"
    if isinstance(tree, p.Call):
        return str(tree.func.return_type).rpartition(".")[2].lower()
    if isinstance(tree, p.MatrixSelector | p.SubqueryExpr):
        return "matrix"
    return (
        "scalar" if isinstance(tree, p.NumberLiteral) else "string" if isinstance(tree, p.StringLiteral) else "vector"
    )


def _unreadable(error: PromqlError, place: Place) -> Diagnostic:
    return Diagnostic("SLO040", place.within(error.start, error.length), f"Prometheus cannot read this: {error}")


def _check_names(query: Query, place: Place) -> Iterator[Diagnostic]:
    """A selector without a metric name reads whatever has its labels."""
    if any(not s.name and not any(m.label == "__name__" for m in s.matchers) for s in selectors_of(query)):
        yield Diagnostic("SLO045", place, "a selector without a metric name reads every metric; name one")
