"""The functions, aggregations and comparisons that Prometheus has without feature flags."""

from __future__ import annotations

import msgspec

# What the functions take: vector, scalar, matrix, text; a ? behind what may be left out, a * behind what may repeat.
_TAKES = {
    "v": "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan "
    "tanh timestamp",
    "m": "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate "
    "last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time "
    "sum_over_time",
    "v?": "day_of_month day_of_week day_of_year days_in_month hour minute month year",
    "v s": "clamp_max clamp_min",
    "v s s": "clamp",
    "v s?": "round",
    "s v": "histogram_quantile",
    "s s v": "histogram_fraction",
    "s m": "quantile_over_time",
    "m s": "predict_linear",
    "v t t t*": "label_join",
    "v t t t t": "label_replace",
    "s": "vector",
    "": "pi time",
}
_SCALARS = frozenset({"pi", "scalar", "time"})
TYPES = {"v": "vector", "s": "scalar", "m": "matrix", "t": "string"}

_EXPERIMENTAL_NAMES = (
    "double_exponential_smoothing histogram_quantiles info mad_over_time sort_by_label sort_by_label_desc "
    "ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time start end step range "
    "limitk limit_ratio max_of min_of"
)
EXPERIMENTAL = frozenset(_EXPERIMENTAL_NAMES.split())
"""Functions that Prometheus 3 reads only with --enable-feature=promql-experimental-functions."""

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
"""The operators that compare."""

NEWER = frozenset(["first_over_time", "histogram_avg", "histogram_stddev", "histogram_stdvar"])
"""Functions that Prometheus 2.42 does not have."""

AGGREGATIONS = dict.fromkeys(["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"], "v") | {
    "topk": "s v",
    "bottomk": "s v",
    "quantile": "s v",
    "count_values": "t v",
}

NO_RATES = {
    "increase": "the events of the whole range",
    "delta": "the change over the whole range",
    "idelta": "the change between the last two samples",
    "irate": "the rate between the last two samples alone",
}
"""Functions that are often mistaken for a rate, and their result."""

RATES = frozenset({"rate", "irate", "increase"})
"""Functions that give the events of a counter over a range, per second or in total."""

ABSENCE = frozenset({"absent", "absent_over_time"})
"""Functions that have a value without series."""

COUNTS = frozenset({"changes", "resets", "count_over_time", "sum_over_time", "present_over_time"})
"""Functions that count over their range."""


class Signature(msgspec.Struct, frozen=True):
    """The arguments of a function: their types, how many are required, whether the last repeats."""

    types: tuple[str, ...]
    least: int
    repeats: bool
    gives: str = "vector"


def _signature(takes: str, gives: str = "vector") -> Signature:
    words = takes.split()
    types = tuple(TYPES[word[0]] for word in words)
    return Signature(types, sum(len(word) == 1 for word in words), any("*" in word for word in words), gives)


FUNCTIONS = {
    name: _signature(takes, "scalar" if name in _SCALARS else "vector")
    for takes, names in _TAKES.items()
    for name in names.split()
}
AGGREGATES = {name: _signature(takes) for name, takes in AGGREGATIONS.items()}
