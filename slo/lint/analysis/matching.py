"""Values that matchers accept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.query import series

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.promql import Matcher

_MOST_STEPS = 20_000
"""Characters of the expression times those of the value: some expressions take polynomial time."""
_ALL = frozenset([".*", "(.*)", "^.*$", "^.*", ".*$", "(?:.*)", "(|.*)", ".*|", "|.*", ".+|", "|.+"])


@lru_cache(maxsize=16_384)
def accepts(matcher: Matcher, value: str) -> bool | None:
    """Whether a matcher accepts a value of its label; None if both are long, or the expression unsupported."""
    if matcher.op not in {"=", "!="} and len(matcher.value) * len(value) > _MOST_STEPS:
        return None
    try:
        return series.accepts(matcher, value)
    except re.error:
        return None


def all_accept(matchers: Iterable[Matcher], value: str) -> bool:
    """Whether all matchers certainly accept a value."""
    return all(accepts(matcher, value) is True for matcher in matchers)


def matches_everything(matcher: Matcher) -> bool:
    """Whether leaving the matcher out would change nothing."""
    return matcher.op == "=~" and matcher.value in _ALL
