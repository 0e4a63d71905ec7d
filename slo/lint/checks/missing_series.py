"""Checks against real metrics: queries that select no series."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.diagnostics.suggest import did_you_mean
from slo.lint.analysis.matching import accepts
from slo.lint.context import queries_of
from slo.lint.finding import finding, some
from slo.lint.registry import METRICS, check
from slo.lint.series import count_of, errors_of, passes
from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.diagnostics import Place
    from slo.lint.finding import Finding
    from slo.lint.series import SeriesIndex
    from slo.model import Slo
    from slo.promql import Matcher, Selector

    Found = tuple[str, Finding]
    """A finding with its code."""

_NO_METRIC, _NO_SERIES, _NO_FAILURES = "SLO129", "SLO130", "SLO131"
_CLOSE = 0.8
_ALIKE = 3
_MOST = 2_000
_LONGEST = 100


@check(_NO_METRIC, METRICS)
def missing_metrics(index: SeriesIndex) -> Iterator[Finding]:
    """Report metrics without series."""
    return (found for code, found in _missing(index) if code == _NO_METRIC)


@check(_NO_SERIES, METRICS)
def missing_series(index: SeriesIndex) -> Iterator[Finding]:
    """Report selectors that match no series of their metric."""
    return (found for code, found in _missing(index) if code == _NO_SERIES)


@check(_NO_FAILURES, METRICS)
def missing_failures(index: SeriesIndex) -> Iterator[Finding]:
    """Report bad events without series, which may be correct."""
    return (found for code, found in _missing(index) if code == _NO_FAILURES)


@lru_cache(maxsize=1)
def _missing(index: SeriesIndex) -> list[Found]:
    """Return the findings about missing series: one for each metric of an SLO, and one for its failures."""
    found: list[Found] = []
    for slo in index.context.slos:
        reported: set[str] = set()
        for place, selector, failures in _expected(slo):
            if not selector.name or selector.name in reported or index.series(selector.name) is None:
                continue
            one = _missing_of(index, place, selector, failures=failures)
            if one:
                reported.add("" if failures else selector.name)
                found.append(one)
    return found


def _expected(slo: Slo) -> Iterator[tuple[Place, Selector, bool]]:
    """Yield the selectors that have to match, each with its place and whether it counts failures."""
    limit = slo.sli.histogram_limit()
    if limit is None:
        for query in queries_of(slo):
            yield from ((query.place, selector, query.key == "bad") for selector in query.selectors)
        return
    place = slo.place.at("sli", slo.sli.kind)
    yield place.at("histogram"), limit.histogram if limit.native else count_of(limit), False
    if limit.errors is not None:
        yield place.at("errors"), errors_of(limit, limit.errors), True


def _missing_of(index: SeriesIndex, place: Place, selector: Selector, *, failures: bool) -> Found | None:
    """Return the first finding about a selector, if any."""
    rows, name = index.series(selector.name) or (), selector.name
    if not rows:
        return _no_metric(index, place, name, failures=failures)
    for matcher in selector.matchers:
        if any(matcher.label in row for row in rows) or accepts(matcher, "") is not False:
            continue
        close = _close(matcher.label, index.metrics.labels(name))
        if index.metrics.complete or close:
            message = f"no series of {name} has the label {matcher.label}"
            hint = f'did you mean "{close[0]}"?' if close else f"it has {some(index.metrics.labels(name))}"
            return _NO_SERIES, finding(place, message, hint)
    return None if index.matched(selector) else _no_values(index, place, selector, failures=failures)


def _close(word: str, known: Sequence[str]) -> list[str]:
    """Return the known word that is closest, if any.

    Comparing is slow, and a server may have many thousand metrics: only those that begin or end alike are compared.
    """
    alike = [k for k in known if k[:_ALIKE] == word[:_ALIKE] or k[-_ALIKE:] == word[-_ALIKE:]]
    return get_close_matches(word[:_LONGEST], alike[:_MOST], n=1, cutoff=_CLOSE)


def _no_metric(index: SeriesIndex, place: Place, name: str, *, failures: bool) -> Found | None:
    if _is_other_histogram(index, name):
        return None  # reported as a wrong type, with the fix
    close = _close(name, index.metrics.names())
    guess = f'did you mean "{close[0]}"?' if close else ""
    if failures and not guess:
        return _NO_FAILURES, finding(place, f"{index.metrics.where} has no series of {name} yet")
    return _NO_METRIC, finding(place, f"{index.metrics.where} has no series of {name}", guess)


def _is_other_histogram(index: SeriesIndex, name: str) -> bool:
    """Whether a classic histogram of this name has series instead of a native one, or the reverse."""
    base = naming.base_name(name)
    return bool(index.metrics.series(base if base != name else f"{name}_bucket", ()))


def _no_values(index: SeriesIndex, place: Place, selector: Selector, *, failures: bool) -> Found:
    """Return the finding that no series has these values, or not all of them."""
    rows, name = index.series(selector.name) or (), selector.name
    code, yet = (_NO_FAILURES, " yet") if failures else (_NO_SERIES, "")
    matchers = index.known_matchers(selector)
    for matcher in matchers:
        if not any(passes(row, [matcher]) for row in rows):
            values = sorted({row[matcher.label] for row in rows if matcher.label in row})
            return code, finding(place, f"no series of {name} has {matcher}{yet}", _values(matcher, values))
    together = ", ".join(map(str, matchers))
    return code, finding(place, f"no series of {name} has all of {together} at once{yet}")


def _values(matcher: Matcher, values: Sequence[str]) -> str:
    guess = did_you_mean(matcher.value[:_LONGEST], values[:_MOST]) if matcher.op == "=" else ""
    return guess or f"{matcher.label} is {some([value[:40] for value in values])}"
