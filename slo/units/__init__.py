"""Units of metrics: which one a metric is in, limits in it, and bucket bounds."""

from slo.units.bounds import bound_pattern
from slo.units.expressions import unit_of_expression
from slo.units.known import SECONDS, UNITS, MetricUnit, TimestampUnit, UnitName, named, unit_of_name
from slo.units.limits import Limit, LimitError, is_size, limit, spell

__all__ = [
    "SECONDS",
    "UNITS",
    "Limit",
    "LimitError",
    "MetricUnit",
    "TimestampUnit",
    "UnitName",
    "bound_pattern",
    "is_size",
    "limit",
    "named",
    "spell",
    "unit_of_expression",
    "unit_of_name",
]
