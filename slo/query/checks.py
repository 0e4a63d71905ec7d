"""Check the queries of SLIs: invalid PromQL, selectors without a metric, expressions of the wrong type or range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place
from slo.promql import NoSelectorError, PromqlError, Selector, parse_expr, parse_selector
from slo.promql.spelling import WINDOW
from slo.query.query import Expression, parse_query, selectors_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.promql.parsed import Parsed
    from slo.promql.ranges import Range

_MEASURE = re.compile(r"\s*(histogram_(?:quantile|avg|stddev|stdvar|fraction))\s*\(")


def check_selector(text: str, place: Place) -> Iterator[Diagnostic]:
    """Yield the findings of one selector."""
    try:
        selector = parse_selector(text)
    except PromqlError as error:
        yield unreadable(error, place)
        return
    yield from check_names((selector,), place)


def unreadable(error: PromqlError, place: Place) -> Diagnostic:
    """Return the diagnostic of an unreadable query, at its position within the text at `place`."""
    if isinstance(error, NoSelectorError):
        return Diagnostic("SLO041", place, str(error))
    return Diagnostic("SLO040", place.within(error.start, error.length), str(error))


def check_names(selectors: Iterable[Selector], place: Place) -> Iterator[Diagnostic]:
    """Report selectors without a metric name: they match every metric with their labels."""
    for selector in selectors:
        if not selector.name and not any(m.label == "__name__" for m in selector.matchers):
            yield Diagnostic("SLO045", place, "a selector without a metric name reads every metric; name one")
            return


def check_rate(text: str, place: Place) -> Iterator[Diagnostic]:
    """Yield the findings of a query that has to give events per second."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield unreadable(error, place)
        return
    yield from check_names(selectors_of(query), place)
    if isinstance(query, Expression):
        yield from (
            _check_type(parse_expr(text), place)
            or _check_measure(text, place)
            or _check_ranges(parse_expr(text), place)
        )


def check_value(text: str, place: Place) -> Iterator[Diagnostic]:
    """Yield the findings of a query that has to give a current value."""
    try:
        query = parse_query(text)
    except PromqlError as error:
        yield unreadable(error, place)
        return
    yield from check_names(selectors_of(query), place)
    if isinstance(query, Expression):
        yield from _check_type(parse_expr(text), place)


_NOUNS = {"scalar": "a single number without labels", "string": "a string", "matrix": "a range of samples"}
_REPAIRS = {
    "scalar": "name a metric",
    "string": "name a metric",
    "matrix": "apply rate, max_over_time or another function of ranges",
}


def _check_type(found: Parsed, place: Place) -> list[Diagnostic]:
    if found.kind == "vector":
        return []
    message = f"this gives {_NOUNS[found.kind]}, not an instant vector"
    return [Diagnostic("SLO049", place, message, _REPAIRS[found.kind])]


def _check_measure(text: str, place: Place) -> list[Diagnostic]:
    """Return a finding about a measure of a histogram: it does not count events."""
    found = _MEASURE.match(text)
    if not found:
        return []
    message = f'"{found[1]}" measures events and does not count them'
    hint = "count slow events: sli: {latency: {histogram: NAME, under: 300ms}}"
    return [Diagnostic("SLO046", place.within(found.start(1), len(found[1])), message, hint)]


def _check_ranges(found: Parsed, place: Place) -> list[Diagnostic]:
    """Return the findings about ranges: slo has to choose that of each rate."""
    wrong = [diagnostic for r in found.ranges for diagnostic in _check_range(found, r, place)]
    if wrong or any(r.window for r in found.ranges):
        return wrong
    message = f"missing [{WINDOW}], the range that slo chooses"
    return [Diagnostic("SLO048", place, message, f"write rate(requests_total[{WINDOW}]), or the selector alone")]


def _check_range(query: Parsed, found: Range, place: Place) -> Iterator[Diagnostic]:
    from slo.promql.functions import COUNTS, NO_RATES  # noqa: PLC0415 - files with plain selectors need no such tables
    from slo.promql.rate_hint import rate_instead  # noqa: PLC0415 - as below

    function = found.function
    name = function.text if function else ""
    if function and (name in NO_RATES or (name in COUNTS and found.window)):
        message = f'"{name}" gives {NO_RATES.get(name, "counts")}, and events per second are needed'
        hint = rate_instead(query.tree, function.start)
        start = found.line.place(function.start)
        yield Diagnostic("SLO046", place.within(start, len(name)), message, hint)
    elif name == "rate" and not found.window:
        bracket = place.within(found.start, found.length)
        yield Diagnostic("SLO047", bracket, "fixed range; slo has to choose the range of a rate", f"write [{WINDOW}]")
