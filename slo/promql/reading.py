"""Reads PromQL: plain selectors at sight, everything else word by word, and then promql-parser has to agree."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql.plain import plain_selector
from slo.promql.spelling import WINDOW, PromqlError, short

if TYPE_CHECKING:
    import promql_parser

    from slo.promql.result import Parsed
    from slo.promql.selector import Selector

_AFTER_SELECTOR = r"^[^()\[]*(?:@|(?i:\boffset\b))[^()\[]*$"
_MODIFIED = "a selector with `offset` or `@` cannot be counted; leave the modifier out"
_EXPRESSION = 'this is an expression; only a vector selector such as requests_total{job="api"} is possible here'
# Not compiled here: files with plain selectors alone have no use for them.
_STRING = r'"(?:[^"\\]|\\.)*"'
_REGEX = r'([=!]~ *)?"(?:[^"\\]|\\.)*"'
_VARIABLE = r'"(?:[^"\\]|\\.)*"|\$window\b'


class NoSelectorError(PromqlError):
    """The text is PromQL, but more than a selector."""


@lru_cache(maxsize=4096)
def read(text: str) -> Parsed:
    """Everything that slo wants to know about a query.

    Raises:
        PromqlError: Prometheus would not read the text, or it holds other variables than `$window`.
    """
    from slo.promql.reader import parsed as worded  # noqa: PLC0415 - files with plain selectors need not pay for it

    found = worded(text)
    _agree(re.sub(_STRING, '"a"', with_window(found.line, "5m")))
    return found


@lru_cache(maxsize=1024)
def _agree(shape: str) -> None:
    """Let promql-parser have a look, too, once at all queries that differ only in what stands in quotes."""
    parser_tree(shape)


def parser_tree(line: str) -> promql_parser.Expr:
    """The syntax tree of a `Parsed.line`, `$window` being some range; its attributes are copies and slow to get.

    Where promql-parser, other than Prometheus, does not read one of the regular expressions, the tree holds none.

    Raises:
        PromqlError: promql-parser does not read it.
    """
    import promql_parser  # noqa: PLC0415 - 25 ms that files with plain selectors alone need not pay

    text = with_window(line, "5m")
    said = ""
    for attempt in (text, re.sub(_REGEX, _without_regex, text)):
        try:
            return promql_parser.parse(attempt)
        except ValueError as error:
            said = said or str(error)
    msg = f"the parser of PromQL says: {short(said)}"
    raise PromqlError(msg)


def _without_regex(match: re.Match[str]) -> str:
    return f'{match[1]}"."' if match[1] else match.group()


def with_window(line: str, range_: str) -> str:
    """A text of one line with `$window` replaced, except in strings, all of which stand in double quotes."""
    if WINDOW not in line:
        return line
    return re.sub(_VARIABLE, lambda m: range_ if m.group() == WINDOW else m.group(), line)


@lru_cache(maxsize=4096)
def parse_selector(text: str) -> Selector:
    """Read a plain vector selector.

    Raises:
        PromqlError: the text does not parse, or is more than a selector (a function, an operator, `offset`, `@`).
    """
    plain = plain_selector(text)
    if plain is not None:
        return plain
    found = read(text)
    if found.whole is None:
        raise NoSelectorError(_MODIFIED if re.search(_AFTER_SELECTOR, found.line) else _EXPRESSION)
    return found.whole
