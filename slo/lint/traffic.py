"""Lints about traffic: what few events do to a budget and its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, percent, some
from slo.promql import duration
from slo.traffic import errors_to_fire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject


def tiny_budgets(subject: Subject) -> Iterator[Diagnostic]:
    """Traffic so low that the whole budget is less than one event."""
    for slo in subject.slos:
        if slo.traffic is not None and (allowed := slo.traffic * slo.window * slo.budget) < 1:
            message = f"the budget of {duration(slo.window)} is {allowed:.2g} bad events: the first one exhausts it"
            place = slo.place.at("traffic", "per_second")
            yield finding("SLO064", place, message, "lower the objective or lengthen the window")


def no_traffic(subject: Subject) -> Iterator[Diagnostic]:
    """Nothing is known about the traffic, so nothing about what a single failure does; told once for each file."""
    for file, slos in subject.by_file.items():
        unknown = [slo.name for slo in slos if slo.traffic is None and slo.sli.unit == "events"]
        if unknown:
            message = f"the traffic of {some(unknown)} is unknown, so low traffic is not looked at"
            hint = "write traffic: {per_second: 0.5}, the events per second of the quietest hour"
            yield finding("SLO102", Place(file).key("slos"), message, hint)


def single_failures(subject: Subject) -> Iterator[Diagnostic]:
    """One failure is enough for an alert."""
    for planned in subject.planned:
        slo = planned.slo
        if slo.traffic is None or slo.alerts.min_bad_events > 1:
            continue
        for tier in planned.tiers:
            if errors_to_fire(tier, slo.traffic, 1) == 1:
                message = (
                    f"a single bad event trips tier {tier.name}: it is more than {percent(tier.threshold)} of the "
                    f"{float(slo.traffic * tier.long):.3g} events of {duration(tier.long)}"
                )
                place = slo.place.at("alerts", "min_bad_events")
                yield finding(
                    "SLO103", place, message, "raise min_bad_events, or leave it out: it follows from traffic"
                )


def late_alerts(subject: Subject) -> Iterator[Diagnostic]:
    """More failures are needed for an alert than the whole budget has."""
    for planned in subject.planned:
        slo = planned.slo
        if slo.traffic is None or not planned.tiers:
            continue
        allowed = slo.traffic * slo.window * slo.budget
        if 1 <= allowed < slo.alerts.min_bad_events:
            message = (
                f"alerts need {slo.alerts.min_bad_events} bad events, and the budget of {duration(slo.window)} is "
                f"{float(allowed):.3g}: it is spent before any tier fires"
            )
            yield finding("SLO104", slo.place.at("alerts", "min_bad_events"), message, "lower min_bad_events")
