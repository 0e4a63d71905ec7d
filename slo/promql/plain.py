"""Reads the selectors that nearly everybody writes without a parser: two thousand of them would take most of a build.

What is recognised here is a subset that no two readers of PromQL can disagree on; all else is left to the parser,
and so is every mistake. A test holds the two against each other.
"""

from __future__ import annotations

import re

from slo.promql.selector import Matcher, Selector

# No value needs an escape, and every regular expression is text, dots and choices.
_MATCHER = r'{0}[a-z][a-z_0-9]*) ?(?:{0}!?=) ?"{0}[\w ./:@%-]*)"|{0}[=!]~) ?"{0}[\w./|:-]*)")'
_ONE = _MATCHER.format("(?:")
_SELECTOR = re.compile(rf"([a-z]\w*_\w*)(?:\{{({_ONE}(?:, ?{_ONE})*)\}})?", re.ASCII)
_PARTS = re.compile(_MATCHER.format("("), re.ASCII)


def plain_selector(text: str) -> Selector | None:
    """The selector, or None where a parser has to look at the text."""
    found = _SELECTOR.fullmatch(text)
    if not found:
        return None
    name, inside = found.groups()
    parts = _PARTS.findall(inside) if inside else ()
    return Selector(name, tuple(Matcher(label, op or op_, value or value_) for label, op, value, op_, value_ in parts))
