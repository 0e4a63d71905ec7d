"""Lints about real metrics: is there what the queries read?"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from slo.diagnostics.suggest import did_you_mean
from slo.lint.finding import finding, some
from slo.lint.matching import accepts
from slo.lint.sight import errors_of, passes
from slo.lint.subject import measured, readings
from slo.promql import Selector, naming
from slo.query import Expression
from slo.sli.latency import Latency

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.diagnostics import Diagnostic, Place
    from slo.lint.sight import Sight
    from slo.model import Slo
    from slo.promql import Matcher

_CLOSE = 0.8
_ALIKE = 3
_MOST = 2_000
_LONGEST = 100

Read = tuple["Place", Selector, bool]
"""The place of a selector, the selector of its series, and whether it counts failures, which may not exist yet."""


def missing(sight: Sight) -> Iterator[Diagnostic]:
    """Metrics, labels and values in queries that no series has."""
    for slo in sight.subject.slos:
        said: set[str] = set()
        for place, selector, failures in _reads(slo):
            if not selector.name or selector.name in said:
                continue
            rows = sight.series(selector.name)
            if rows is None:
                continue
            found = _judged(sight, place, selector, failures=failures)
            if found:
                said.add("" if failures else selector.name)
                yield found


def _reads(slo: Slo) -> Iterator[Read]:
    """What has to be there; histograms are looked at as a whole."""
    sli = measured(slo)
    if isinstance(sli, Latency):
        place = slo.place.at("sli", "latency")
        name = sli.histogram.name if sli.native else f"{sli.histogram.name}_count"
        yield place.at("histogram"), sli.histogram.renamed(name), False
        if sli.errors is not None:
            yield place.at("errors"), errors_of(sli, sli.errors), True
        return
    for reading in readings(slo):
        selectors = reading.query.selectors if isinstance(reading.query, Expression) else (reading.query,)
        yield from ((reading.place, selector, reading.field == "bad") for selector in selectors)


def _judged(sight: Sight, place: Place, selector: Selector, *, failures: bool) -> Diagnostic | None:
    """The one thing that is wrong with a selector."""
    rows, name = sight.series(selector.name) or (), selector.name
    if not rows:
        return _no_metric(sight, place, name, failures=failures)
    for matcher in selector.matchers:
        known = any(matcher.label in row for row in rows)
        if known or accepts(matcher, "") is not False:
            continue
        close = _close(matcher.label, sight.metrics.labels(name))
        if sight.metrics.complete or close:
            message = f"no series of {name} has the label {matcher.label}"
            hint = f'did you mean "{close[0]}"?' if close else f"it has {some(sight.metrics.labels(name))}"
            return finding("SLO130", place, message, hint)
    if sight.matched(selector):
        return None
    return _no_values(sight, place, selector, failures=failures)


def _close(word: str, known: Sequence[str]) -> list[str]:
    """The one of the known words that was most likely meant, if any.

    Comparing is slow, and a server may have many thousand metrics: only those that begin or end alike are compared.
    """
    alike = [k for k in known if k[:_ALIKE] == word[:_ALIKE] or k[-_ALIKE:] == word[-_ALIKE:]]
    return get_close_matches(word[:_LONGEST], alike[:_MOST], n=1, cutoff=_CLOSE)


def _no_metric(sight: Sight, place: Place, name: str, *, failures: bool) -> Diagnostic | None:
    if _is_other_kind(sight, name):
        return None  # said by another lint, with the way out
    close = _close(name, sight.metrics.names())
    guess = f'did you mean "{close[0]}"?' if close else ""
    if failures and not guess:
        return finding("SLO131", place, f"{sight.metrics.where} has no series of {name} yet")
    return finding("SLO129", place, f"{sight.metrics.where} has no series of {name}", guess)


def _is_other_kind(sight: Sight, name: str) -> bool:
    """Whether a histogram of this name has series, but classic ones instead of native ones, or the other way round."""
    base = naming.base_name(name)
    return bool(sight.metrics.series(base if base != name else f"{name}_bucket", ()))


def _no_values(sight: Sight, place: Place, selector: Selector, *, failures: bool) -> Diagnostic:
    """Each label is there, but not with these values, or not with all of them at once."""
    rows, name = sight.series(selector.name) or (), selector.name
    code = "SLO131" if failures else "SLO130"
    tests = [m for m in selector.matchers if not sight.unknown(name, m.label)]
    for matcher in tests:
        if not any(passes(row, [matcher]) for row in rows):
            values = sorted({row[matcher.label] for row in rows if matcher.label in row})
            return finding(code, place, f"no series of {name} has {matcher}{_yet(failures)}", _values(matcher, values))
    together = ", ".join(map(str, tests))
    return finding(code, place, f"no series of {name} has all of {together} at once{_yet(failures)}")


def _yet(failures: bool) -> str:  # noqa: FBT001 - the only thing it says
    return " yet" if failures else ""


def _values(matcher: Matcher, values: Sequence[str]) -> str:
    guess = did_you_mean(matcher.value[:_LONGEST], values[:_MOST]) if matcher.op == "=" else ""
    return guess or f"{matcher.label} is {some([value[:40] for value in values])}"
