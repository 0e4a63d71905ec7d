"""Reads the selectors that nearly everybody writes without a parser: two thousand of them would take most of a build.

What is recognised here is a subset that no two readers of PromQL can disagree on; all else is left to the parser,
and so is every mistake. A test holds the two against each other.
"""

from __future__ import annotations

import re

from slo.promql.selector import Matcher, Selector

# No value needs an escape; a regular expression is made of characters, simple classes, repetitions and plain groups.
_LETTER = r"[\w ./:@%,;~&<>=!#'-]"
_PIECE = rf"(?:(?:{_LETTER}|\[\^?(?:0-9|a-z|A-Z|[\w ./:])+\])(?:[*+?]\??)?(?![*+?])|\|)"
_REGEX = rf"(?:{_PIECE}|\({_PIECE}+\)(?:[*+?](?![*+?]))?)*"
_MATCHER = rf'(?!__name__)[a-zA-Z_]\w* ?(?:!?= ?"[ !#-\[\]-~]*"|[=!]~ ?"{_REGEX}")'
_SELECTOR = re.compile(rf"([a-zA-Z_][\w:]*)(?:\{{ ?({_MATCHER}(?: ?, ?{_MATCHER})*) ?\}})?", re.ASCII)
_PARTS = re.compile(r'(\w+) ?(!?=~?|!~) ?"([^"]*)"', re.ASCII)
_KEYWORDS = frozenset(
    {"and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"}
    | {"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"}
    | {
        "limitk",
        "limit_ratio",
        "inf",
        "nan",
        "start",
        "end",
        "step",
        "range",
        "fill",
        "fill_left",
        "fill_right",
        "smoothed",
        "anchored",
    }
)


def plain_selector(text: str) -> Selector | None:
    """The selector, or None where a parser has to look at the text."""
    found = _SELECTOR.fullmatch(text)
    if found is None:
        return None
    name, inside = found.groups()
    if name.lower() in _KEYWORDS:
        return None
    parts = _PARTS.findall(inside) if inside else ()
    return Selector(name, tuple(Matcher(label, op, value) for label, op, value in parts))
