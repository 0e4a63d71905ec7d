"""Reads PromQL with promql-parser, after spelling safely what that parser reads otherwise than Prometheus does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql.selector import Matcher, Selector
from slo.promql.spelling import PromqlError, quote
from slo.promql.tokens import WINDOW, one_line, tokens

if TYPE_CHECKING:
    import promql_parser

_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
_PLAIN_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_PLAIN_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_PLAIN_TEXT = re.compile(r"[ !\"%-\[\]-_a-~]+")  # no comment, variable, escape, backquote or line break
_VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*"|\$window\b')


def parsed(text: str) -> tuple[promql_parser.Expr, str]:
    """The syntax tree, in which `$window` is some range, and the text on one line, `$window` still in it.

    Raises:
        PromqlError: Prometheus would not read the text, or the text holds other variables than `$window`.
    """
    import promql_parser  # noqa: PLC0415 - 25 ms that commands without queries need not pay

    line = text.strip(" ") if _PLAIN_TEXT.fullmatch(text) else _one_line(text)
    try:
        return promql_parser.parse(with_window(line, "5m")), line
    except ValueError as error:
        raise PromqlError(str(error)) from None


def _one_line(text: str) -> str:
    """The text on one line, with strings spelled by us."""
    words = tokens(text)
    for word in words:
        if word.kind == "variable" and word.text != WINDOW:
            msg = f'"{word.text}" is not known here; write $window, which slo replaces by the range it needs'
            raise word.error(msg)
        if word.kind == "open":
            msg = f"this string is not closed; its closing {word.text[0]} is missing"
            raise PromqlError(msg, word.start, 1)
    return one_line(words)


def with_window(line: str, range_: str) -> str:
    """A text of one line with `$window` replaced, save within strings."""
    if "$" not in line:
        return line
    return _VARIABLE.sub(lambda m: range_ if m.group() == WINDOW else m.group(), line)


@lru_cache(maxsize=4096)
def parse_selector(text: str) -> Selector:
    """Read a plain vector selector.

    Raises:
        PromqlError: the text does not parse, or is more than a selector (a function, an operator, `offset`, `@`).
    """
    import promql_parser  # noqa: PLC0415 - as above

    tree, _ = parsed(text)
    if not isinstance(tree, promql_parser.VectorSelector):
        msg = 'this is an expression; only a vector selector such as requests_total{job="api"} is possible here'
        raise PromqlError(msg)
    selector = instant_selector(tree)
    if selector is None:
        msg = "a selector with `offset` or `@` cannot be counted; leave the modifier out"
        raise PromqlError(msg)
    return selector


def instant_selector(tree: promql_parser.Expr) -> Selector | None:
    """The selector that the whole text is, without `offset` and `@`; None if it is anything else."""
    import promql_parser  # noqa: PLC0415 - as above

    if not isinstance(tree, promql_parser.VectorSelector) or tree.offset is not None or tree.at is not None:
        return None
    return _selector(tree)


def selectors_in(tree: promql_parser.Expr) -> tuple[Selector, ...]:
    """Every vector selector of an expression, that of a range too, each once."""
    import promql_parser  # noqa: PLC0415 - as above

    found: dict[Selector, None] = {}

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            found[_selector(node)] = None

    promql_parser.walk(tree, visit)
    return tuple(found)


def _selector(tree: promql_parser.VectorSelector) -> Selector:
    if tree.matchers.or_matchers:
        msg = "matchers joined by `or` are not PromQL that Prometheus reads; use a regular expression"
        raise PromqlError(msg)
    matchers = tuple(Matcher(_label(m.name), _OPERATORS[str(m.op)], m.value) for m in tree.matchers.matchers)
    return _named(tree.name or "", matchers)


def _named(name: str, matchers: tuple[Matcher, ...]) -> Selector:
    """`{__name__="x"}` is spelled `x`, so that two spellings of one selector compare equal."""
    names = [m.value for m in matchers if m.label == "__name__" and m.op == "="]
    if name or len(names) != 1 or not _PLAIN_NAME.fullmatch(names[0]):
        return Selector(name, matchers)
    return Selector(names[0], tuple(m for m in matchers if m.label != "__name__"))


def _label(name: str) -> str:
    return name if _PLAIN_LABEL.fullmatch(name) else quote(name)
