"""Checks of objectives, windows, intervals and rule groups."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, number_of
from slo.lint.registry import BUILD, LINT, check
from slo.percent import percent
from slo.promql import duration
from slo.query.counting import SLICE
from slo.times import DAY, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding

_SUSPICIOUS = Decimal("0.5")
_DEFENSIBLE = Decimal("0.99999")
_WEEK, _MONTH = 7 * DAY, 28 * DAY
_MINUTE = 60
_SLOW_EVALUATION = 120
_SLOS_PER_GROUP = 200


@check("SLO033", BUILD)
def low_objectives(context: LintContext) -> Iterator[Finding]:
    """Report objectives so low that a wrong percent sign is likely."""
    for slo in context.slos:
        if slo.objective < _SUSPICIOUS:
            message = f"an objective of {percent(slo.objective)} allows most events to fail"
            yield finding(slo.place.at("objective"), message, "write 99.9% if that is intended")


@check("SLO095", BUILD)
def high_objectives(context: LintContext) -> Iterator[Finding]:
    """Report objectives whose budget is spent before a person can react."""
    for slo in context.slos:
        places = [(slo.objective, slo.place.at("objective"))] if slo.objective > _DEFENSIBLE else []
        for number, part in enumerate(slo.overrides):
            if part.objective > _DEFENSIBLE:
                places.append((part.objective, slo.place.at("objectives", number, "objective")))
        for objective, place in places:
            seconds = float(slo.window * (1 - objective))
            message = (
                f"{percent(objective)} over {duration(slo.window)} allows {seconds:.2g} seconds of total outage: "
                "no alert comes in time"
            )
            yield finding(place, message, "use 99.99% or less")


@check("SLO096", BUILD)
def small_slice_budgets(context: LintContext) -> Iterator[Finding]:
    """Report budgets of less than one bad minute."""
    for slo in context.slos:
        if slo.sli.unit == "slices" and slo.window * slo.budget < SLICE:
            message = (
                f"error budget of {float(slo.window * slo.budget / SLICE):.2g} bad minutes in {duration(slo.window)}: "
                "the first one exhausts it"
            )
            yield finding(slo.place.at("objective"), message, "lower the objective or lengthen the window")


@check("SLO097", BUILD)
def long_tiers(context: LintContext) -> Iterator[Finding]:
    """Report tiers with a longer window than the SLO."""
    for planned in context.planned:
        window = planned.slo.window
        for tier in planned.tiers:
            if tier.long > window:
                message = (
                    f"tier {tier.name} looks at {duration(tier.long)}, longer than the window of {duration(window)}: "
                    "it counts errors outside of the budget"
                )
                yield finding(planned.slo.place.at("alerts", "policy"), message, "shorten its long window")


@check("SLO098", LINT)
def uneven_weeks(context: LintContext) -> Iterator[Finding]:
    """Report windows in which some days of the week count more often than others."""
    for slo in context.slos:
        if DAY < slo.window < _MONTH and slo.window % _WEEK:
            near = max(_WEEK, round(slo.window / _WEEK) * _WEEK)
            message = (
                f"a window of {duration(slo.window)} has some weekdays more often than others: the budget "
                "moves with the weekday"
            )
            yield finding(slo.place.at("window"), message, f"write {duration(near)}")


@check("SLO099", BUILD)
def rare_samples(context: LintContext) -> Iterator[Finding]:
    """Report scrape intervals that leave minutes without a sample."""
    for slo in context.slos:
        if slo.scrape_interval > _MINUTE and slo.sli.unit != "events":
            message = (
                f"scrape interval of {duration(slo.scrape_interval)}: minutes without a sample count as neither "
                "good nor bad, or like the previous one"
            )
            yield finding(slo.place.at("scrape_interval"), message, "scrape at least every 1m")


@check("SLO100", LINT)
def slow_scrapes(context: LintContext) -> Iterator[Finding]:
    """Report scrape intervals that are long for the shortest window of five minutes."""
    for slo in context.slos:
        if slo.scrape_interval > _MINUTE and slo.sli.unit == "events":
            message = (
                f"scrape interval of {duration(slo.scrape_interval)}: five minutes have only "
                f"{SUBWINDOW / slo.scrape_interval:.2g} samples, so alerts come later, "
                "and one lost scrape matters"
            )
            yield finding(slo.place.at("scrape_interval"), message, "scrape at least every 1m")


@check("SLO101", LINT)
def slow_evaluation(context: LintContext) -> Iterator[Finding]:
    """Report evaluation intervals close to the lookback of five minutes."""
    interval = context.plan.set.interval
    if interval > _SLOW_EVALUATION:
        message = (
            f"evaluation interval of {duration(interval)}: alerts come up to as much later, and one missed evaluation "
            "leaves a gap in every window"
        )
        place = Place(context.plan.set.slos[0].place.file, ("interval",))
        yield finding(place, message, "write interval: 1m")


@check("SLO034", LINT)
def large_rule_groups(context: LintContext) -> Iterator[Finding]:
    """Report rule groups with more SLOs than should be evaluated one after the other."""
    plan, count = context.plan, len(context.planned)
    if count > _SLOS_PER_GROUP * plan.set.shards:
        wanted = ceil(count / _SLOS_PER_GROUP)
        message = f"the set {plan.set.name} has {count} SLOs in {number_of(plan.set.shards, 'rule group')}"
        yield finding(Place(plan.set.slos[0].place.file), message, f"set shards: {wanted}")
