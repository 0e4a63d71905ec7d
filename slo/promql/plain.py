"""Read plain selectors by one regular expression: tokens for each of thousands would take most of a build.

It recognises a subset in which no two readers of PromQL can differ. All else, and every mistake, is left to the parser;
a test compares both.
"""

from __future__ import annotations

import re

from slo.promql.selector import Matcher, Selector

# No value needs an escape; a regular expression is made of characters, simple classes, repetitions and plain groups.
_LETTER = r"[\w ./:@%,;~&<>=!#'-]"
_PIECE = rf"(?:(?:{_LETTER}|\[\^?(?:0-9|a-z|A-Z|[\w ./:])+\])(?:[*+?]\??)?(?![*+?])|\|)"
_REGEX = rf"(?:{_PIECE}|\({_PIECE}+\)(?:[*+?](?![*+?]))?)*"
_MATCHER = rf'(?!__name__)[a-zA-Z_]\w*+ ?(?:!?= ?"[ !#-\[\]-~]*"|[=!]~ ?"{_REGEX}")'
_KEYWORDS = frozenset(
    {"and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"}
    | {"sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"}
    | {"limitk", "limit_ratio", "inf", "nan", "start", "end", "step", "range"}
    | {"fill", "fill_left", "fill_right", "smoothed", "anchored"}
)
_BRACES = rf"\{{ ?{_MATCHER}(?: ?, ?{_MATCHER})* ?\}}"
SELECTOR = rf"(?a:[a-zA-Z_][\w:]*+{_BRACES})"
"""A plain selector with matchers, as a regular expression without groups."""
_SELECTOR = re.compile(rf"([a-zA-Z_][\w:]*)({_BRACES})?", re.ASCII)
_PARTS = re.compile(r'(\w+) ?(!?=~?|!~) ?"([^"]*)"', re.ASCII)


def plain_selector(text: str) -> Selector | None:
    """Return the selector, or None where the parser has to read the text."""
    found = _SELECTOR.fullmatch(text)
    return selector_of(found[1], found[2] or "") if found else None


def selector_of(name: str, braces: str) -> Selector | None:
    """Return the selector of a text that `SELECTOR` matches, in two parts; None if its name is a keyword."""
    if name.lower() in _KEYWORDS:
        return None
    return Selector(name, tuple([Matcher(*part) for part in _PARTS.findall(braces)]))
