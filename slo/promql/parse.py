"""Read PromQL: plain selectors by a regular expression, everything else by the parser."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql.plain import plain_selector
from slo.promql.spelling import WINDOW, PromqlError

if TYPE_CHECKING:
    from slo.promql.parsed import Parsed
    from slo.promql.selector import Selector

_AFTER_SELECTOR = r"^[^()\[]*(?:@|(?i:\boffset\b))[^()\[]*$"
_MODIFIED = "a selector with `offset` or `@` cannot be counted; leave the modifier out"
_EXPRESSION = 'this is an expression; only a vector selector such as requests_total{job="api"} is possible here'
_VARIABLE = r'"(?:[^"\\]|\\.)*"|\$window\b'


class NoSelectorError(PromqlError):
    """The text is PromQL, but more than a selector."""


@lru_cache(maxsize=4096)
def parse_expr(text: str) -> Parsed:
    """Parse a query.

    Raises:
        PromqlError: Prometheus would refuse it, or it has other variables than `$window`.
    """
    from slo.promql.parser import parsed  # noqa: PLC0415 - files with plain selectors need not load it

    return parsed(text)


def with_window(line: str, range_: str) -> str:
    """Return a line with `$window` replaced, except in strings."""
    if WINDOW not in line:
        return line
    if "\\" not in line and not any(WINDOW in string for string in line.split('"')[1::2]):
        return line.replace(WINDOW, range_)
    return re.sub(_VARIABLE, lambda m: range_ if m.group() == WINDOW else m.group(), line)


@lru_cache(maxsize=4096)
def parse_selector(text: str) -> Selector:
    """Parse a vector selector.

    Raises:
        PromqlError: it is invalid, or more than a selector (a function, an operator, `offset`, `@`).
    """
    plain = plain_selector(text)
    if plain is not None:
        return plain
    found = parse_expr(text)
    if found.whole is None:
        raise NoSelectorError(_MODIFIED if re.search(_AFTER_SELECTOR, found.line) else _EXPRESSION)
    return found.whole
