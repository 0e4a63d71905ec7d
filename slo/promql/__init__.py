"""How PromQL is read and spelled: durations, strings, selectors, expressions."""

from slo.promql.reading import instant_selector, parse_selector, parsed, selectors_in
from slo.promql.selector import Matcher, Selector
from slo.promql.spelling import PromqlError, duration, parse_duration, quote

__all__ = [
    "Matcher",
    "PromqlError",
    "Selector",
    "duration",
    "instant_selector",
    "parse_duration",
    "parse_selector",
    "parsed",
    "quote",
    "selectors_in",
]
