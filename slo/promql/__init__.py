"""How PromQL is read and spelled: durations, strings, selectors, expressions."""

from slo.promql import naming
from slo.promql.parse import NoSelectorError, parse_expr, parse_selector, with_window
from slo.promql.plain import plain_selector
from slo.promql.selector import Matcher, Selector
from slo.promql.spelling import PromqlError, duration, parse_duration, quote

__all__ = [
    "Matcher",
    "NoSelectorError",
    "PromqlError",
    "Selector",
    "duration",
    "naming",
    "parse_duration",
    "parse_expr",
    "parse_selector",
    "plain_selector",
    "quote",
    "with_window",
]
