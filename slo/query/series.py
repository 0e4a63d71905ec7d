"""Series that selectors match: examples of them, and the values that matchers accept."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from slo.promql import Matcher, Selector, parse_selector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.promql.regex.syntax import Pattern

_TRIES = 10_000

# A repeated group with a choice inside takes Prometheus linear time; Python's backtracking may take exponential time.
_LONGEST = 2_000
_MOST_REPEATS = 4
"""Repetitions in one choice: backtracking tries up to the length of the value to this power."""
_SLOW = r"(?s)[+*?}|].*\)[+*{]"


def example(inside: Sequence[Selector], without: Sequence[Selector] = ()) -> str | None:
    """Return a series that all selectors of `inside` match and none of `without`, or None if the search fails."""
    name = inside[0].name
    wanted = [m for s in inside for m in named(s)]
    avoided = [s for s in without if not (name and s.name) or s.name == name]
    try:
        series = next(_series(wanted, avoided), None)
    except re.error:  # an unsupported expression
        return None
    if series is None or not series.get("__name__"):
        return None
    name = series.pop("__name__")
    spelled = str(Selector(name, tuple(Matcher(label, "=", value) for label, value in series.items() if value)))
    return spelled if spelled.endswith("}") else f"{spelled}{{}}"


def named(selector: Selector) -> tuple[Matcher, ...]:
    """Return the matchers of a selector, with that of `__name__`."""
    return (Matcher("__name__", "=", selector.name), *selector.matchers) if selector.name else selector.matchers


def _series(wanted: Sequence[Matcher], avoided: Sequence[Selector]) -> Iterator[dict[str, str]]:
    """Yield labels that match all wanted matchers and no avoided selector, in a bounded search."""
    labels = list(dict.fromkeys(m.label for m in (*wanted, *(m for s in avoided for m in named(s)))))
    fitting = [
        [value for value in _candidates(label, wanted, avoided) if _fits(label, value, wanted)] for label in labels
    ]
    for values in islice(product(*fitting), _TRIES):
        series = dict(zip(labels, values, strict=True))
        if not any(_matches(series, named(s)) for s in avoided):
            yield series


def _fits(label: str, value: str, wanted: Sequence[Matcher]) -> bool:
    return all(accepts(m, value) for m in wanted if m.label == label)


def reads(selector: Selector, series: str) -> bool:
    """Whether a selector matches a series that `example` made; True if its expression is unsupported."""
    labels = {m.label: m.value for m in named(parse_selector(series))}
    if selector.name and selector.name != labels["__name__"]:
        return False
    try:
        return _matches(labels, selector.matchers)
    except re.error:
        return True


def _matches(series: dict[str, str], matchers: Sequence[Matcher]) -> bool:
    return all(accepts(m, series.get(m.label, "")) for m in matchers)


def accepts(matcher: Matcher, value: str) -> bool:
    """Whether a matcher accepts a value of its label.

    Raises:
        re.error: the expression has an unsupported character class.
    """
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) == (matcher.op == "=")
    return _accepted(matcher.value, value) == (matcher.op == "=~")


def _accepted(pattern: str, value: str) -> bool:
    """Match a value with Python's engine where it is safe and fast, otherwise with `pattern_match`.

    Raises:
        re.error: the expression has an unsupported character class.
    """
    try:
        return _expression(pattern).fullmatch(value) is not None
    except re.error:
        from slo.promql.regex.match import matches  # noqa: PLC0415 - few expressions need it

        return matches(_tree(pattern), value)


@lru_cache(maxsize=256)
def _tree(pattern: str) -> Pattern:
    from slo.promql.regex.syntax import PatternError, parse_pattern  # noqa: PLC0415 - as above

    try:
        return parse_pattern(pattern)
    except PatternError as error:
        raise re.error(str(error)) from None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """Compile the expression if Python reads it as Prometheus does and cannot backtrack for long.

    Raises:
        re.error: Python reads it differently, or may take exponential time.
    """
    repeats = max(sum(map(choice.count, "*+{")) for choice in pattern.split("|"))
    if len(pattern) > _LONGEST or repeats > _MOST_REPEATS or re.search(_SLOW, pattern):
        raise re.error("may backtrack for long")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # [[:alpha:]] is a POSIX class in Prometheus alone
        try:
            return re.compile(pattern)
        except (FutureWarning, DeprecationWarning, RecursionError, OverflowError) as error:
            raise re.error(str(error)) from None


def _candidates(label: str, wanted: Sequence[Matcher], avoided: Sequence[Selector]) -> list[str]:
    """Return values to try: those of matchers, samples of their expressions, and a few others."""
    about = [m for m in (*wanted, *(m for s in avoided for m in named(s))) if m.label == label]
    literal = [m.value for m in about if m.op in {"=", "!="}]
    patterns = [value for m in about if m.op in {"=~", "!~"} for value in samples(m.value)]
    return list(dict.fromkeys([*literal, *patterns, *(() if label == "__name__" else ("200", "x", ""))]))


@lru_cache(maxsize=1024)
def samples(pattern: str) -> tuple[str, ...]:
    """Return some values that a regular expression matches, candidates for the other matchers."""
    from slo.promql.regex.strings import some_strings  # noqa: PLC0415 - only tests are made of them

    try:
        return tuple(some_strings(_tree(pattern)))
    except re.error:
        return ()


@lru_cache(maxsize=1024)
def all_values(pattern: str) -> tuple[str, ...]:
    """Return all values that a regular expression matches, in its order; empty if they are many or cannot be listed."""
    from slo.promql.regex.strings import all_strings  # noqa: PLC0415 - few selectors name their metric by an expression

    try:
        return tuple(all_strings(_tree(pattern)))
    except re.error:
        return ()
