"""Queries of SLIs: selectors and expressions, their checks, and the PromQL that counts their events."""

from slo.query.checks import check_names, check_rate, check_selector, check_value, unreadable
from slo.query.query import Expression, Query, aggregated, by_labels, parse_query, selectors_of, sli_query

__all__ = [
    "Expression",
    "Query",
    "aggregated",
    "by_labels",
    "check_names",
    "check_rate",
    "check_selector",
    "check_value",
    "parse_query",
    "selectors_of",
    "sli_query",
    "unreadable",
]
