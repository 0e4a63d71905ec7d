"""The bucket bounds of a classic histogram among real metrics."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from slo.promql import Matcher

if TYPE_CHECKING:
    from slo.lint.sight import Sight
    from slo.sli.latency import Latency


def bounds_of(sight: Sight, sli: Latency) -> list[Decimal]:
    """Return the finite bounds, in the unit of the histogram, smallest first; empty without buckets."""
    buckets = sli.histogram.renamed(f"{sli.histogram.name}_bucket", Matcher("le", "!=", ""))
    return sorted({bound for row in sight.matched(buckets) for bound in _bound(row.get("le", ""))})


def _bound(text: str) -> list[Decimal]:
    """Return the bound, unless it is +Inf or not a number."""
    try:
        bound = Decimal(text)
    except InvalidOperation:
        return []
    return [bound.normalize()] if bound.is_finite() else []
