"""`budgeting`: count the events of an SLI, or time slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.resolve import values
from slo.sli.sliced import Sliced

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.diagnostics import Place
    from slo.model import Sli, SliSpec
    from slo.resolve.findings import Findings
    from slo.schema.spec import BudgetingSpec


def budgeted(spec: BudgetingSpec | None, sli: SliSpec | None, place: Place, findings: Findings) -> Callable[[Sli], Sli]:
    """Return a function from the SLI to what is counted: itself, or its time slices."""
    if spec is None:
        return lambda inner: inner
    if sli is not None and not sli.EVENTS:
        message = "this kind of SLI counts time slices anyway"
        findings.add(place.at("budgeting"), "SLO069", message, "leave `budgeting` out")
    target = findings.read(values.objective, str(spec.target), place, "budgeting", "target")
    return lambda inner: inner if target is None else Sliced(inner, target, spec.empty)
