"""Findings about a plan that compiles but may not be what was meant. One function for each."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from slo.catalogue import CATALOGUE
from slo.diagnostics import Diagnostic, Place
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from slo.plan.values import Plan

_SUSPICIOUS = Decimal("0.5")
_SLOS_PER_GROUP = 200


def lowered_tiers(plan: Plan) -> Iterator[Diagnostic]:
    """A tier had to fire later than its policy says, because a total outage would not trip it."""
    for planned in plan.slos:
        for tier in planned.tiers:
            if tier.lowered:
                spent, fastest = percent(tier.budget), f"{1 / planned.slo.budget:.4g}"
                message = (
                    f"tier {tier.name} fires from burn rate {tier.burn:f}, with {spent} of the budget spent: "
                    f"at an objective of {percent(planned.slo.objective)} no outage burns faster than {fastest}"
                )
                yield _finding("SLO060", planned.slo.place.at("objective"), message)


def low_objectives(plan: Plan) -> Iterator[Diagnostic]:
    """An objective so low that a slip of the percent sign is likely."""
    for planned in plan.slos:
        if planned.slo.objective < _SUSPICIOUS:
            shown = percent(planned.slo.objective)
            message = f"an objective of {shown} lets most events fail"
            yield _finding("SLO033", planned.slo.place.at("objective"), message, "write 99.9%, if that is meant")


def tiny_budgets(plan: Plan) -> Iterator[Diagnostic]:
    """Traffic so low that the whole budget is less than one event."""
    for planned in plan.slos:
        slo = planned.slo
        allowed = slo.traffic * slo.window * slo.budget if slo.traffic else None
        if allowed is not None and allowed < 1:
            message = f"the budget of {duration(slo.window)} is {allowed:.2g} bad events: the first one exhausts it"
            yield _finding(
                "SLO064", slo.place.at("traffic", "per_second"), message, "lower the objective or lengthen the window"
            )


def large_groups(plan: Plan) -> Iterator[Diagnostic]:
    """More SLOs in a group than should be evaluated one after the other."""
    count = len(plan.slos)
    if count > _SLOS_PER_GROUP * plan.set.shards:
        wanted = ceil(count / _SLOS_PER_GROUP)
        message = f"the set {plan.set.name} has {count} SLOs in {plan.set.shards} rule groups"
        yield _finding("SLO034", Place(plan.set.slos[0].place.file), message, f"set shards: {wanted}")


def left_out(plan: Plan) -> Iterator[Diagnostic]:
    """SLOs that cannot be had at a time scale."""
    for slo in plan.left_out:
        message = f"{slo.service}/{slo.name} is left out at time scale {plan.scale.factor}: its slices are real minutes"
        yield _finding("SLO061", slo.place.at("name"), message)


LINTS: tuple[Callable[[Plan], Iterator[Diagnostic]], ...] = (
    lowered_tiers,
    low_objectives,
    tiny_budgets,
    large_groups,
    left_out,
)


def lint(plan: Plan) -> tuple[Diagnostic, ...]:
    """All findings about a plan."""
    return tuple(finding for check in LINTS for finding in check(plan))


def percent(share: Decimal | Fraction) -> str:
    """`0.999` -> `99.9%`; exact for decimals, four significant digits for fractions."""
    if isinstance(share, Decimal):
        return f"{(share * 100).normalize():f}%"
    return f"{float(share * 100):.4g}%"


def _finding(code: str, place: Place, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(code, place, message, hint, CATALOGUE[code].severity)
