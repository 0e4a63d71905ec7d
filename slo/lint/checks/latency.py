"""Check of latency SLIs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.registry import LINT, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding

_STATUS = r".*(status|code|result|outcome|error|success).*"


@check("SLO127", LINT)
def fast_failures(context: LintContext) -> Iterator[Finding]:
    """Report latency SLIs in which fast failures are good events."""
    for slo in context.slos:
        limit = slo.sli.histogram_limit()
        if limit is None or limit.errors is not None or limit.metric_unit.kind == "size":
            continue
        if any(re.fullmatch(_STATUS, matcher.label.lower()) for matcher in limit.histogram.matchers):
            continue
        message = "failed requests within the limit count as good, and failures are often fast"
        hint = 'add errors: COUNTER{status=~"5.."}, unless another SLO counts them'
        yield finding(slo.place.at("sli", slo.sli.kind).key("histogram"), message, hint)
