"""Tries values on matchers, as far as Python's regular expressions mean the same as those of Prometheus."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.promql import Matcher

# Backtracking may need exponential time where a repeated group holds a repetition or a choice.
_SLOW = r"(?s)[+*?}|].*\)[+*{]"
_LONGEST = 2_000
_LONGEST_VALUE = 100
_MOST_REPEATS = 4
"""Repetitions in one choice: backtracking tries up to the length of the value to this power."""
_ALL = frozenset([".*", "(.*)", "^.*$", "^.*", ".*$", "(?:.*)", "(|.*)", ".*|", "|.*", ".+|", "|.+"])


def accepts(matcher: Matcher, value: str) -> bool | None:
    """Whether a matcher lets a value of its label pass; None where only Prometheus can tell."""
    if matcher.op in {"=", "!="}:
        return (matcher.value == value) == (matcher.op == "=")
    pattern = _compiled(matcher.value) if len(value) <= _LONGEST_VALUE else None
    return None if pattern is None else (pattern.fullmatch(value) is not None) == (matcher.op == "=~")


def all_accept(matchers: Iterable[Matcher], value: str) -> bool:
    """Whether every one of them surely lets the value pass."""
    return all(accepts(matcher, value) is True for matcher in matchers)


def matches_everything(matcher: Matcher) -> bool:
    """Whether leaving the matcher out would change nothing."""
    return matcher.op == "=~" and matcher.value in _ALL


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    repeats = max(sum(map(choice.count, "*+{")) for choice in pattern.split("|"))
    if len(pattern) > _LONGEST or repeats > _MOST_REPEATS or re.search(_SLOW, pattern):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # [[:alpha:]] is a class of classes to Prometheus alone
        try:
            return re.compile(pattern)
        except (re.error, FutureWarning, DeprecationWarning, RecursionError, OverflowError):
            return None
