"""Check of `data_loss: bridge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.context import queries_of
from slo.lint.finding import finding
from slo.lint.registry import BUILD, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.model import Slo


@check("SLO128", BUILD)
def without_effect(context: LintContext) -> Iterator[Finding]:
    """Report `data_loss: bridge` where it changes nothing."""
    for slo in context.slos:
        if slo.bridge and (why := _reason(slo)):
            message = f"data_loss: bridge has no effect: {why}"
            yield finding(slo.place.at("data_loss"), message, "remove it")


def _reason(slo: Slo) -> str:
    """Return why bridging has no effect; empty if it has one."""
    if slo.sli.unit != "events":
        return "this SLI counts minutes, not events"
    if slo.excluded:
        return "SLOs with maintenance count minute by minute"
    limit, queries = slo.sli.histogram_limit(), queries_of(slo)
    if limit is not None and limit.native and not any(query.is_counter for query in queries):
        return "native histograms do not need it"
    if any(query.expression for query in queries):
        return "it needs plain selectors, and this SLI has an expression"
    return ""
