"""Lints about objectives, windows and intervals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.counting import SLICE
from slo.diagnostics import Place
from slo.lint.finding import finding, percent
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject

_SUSPICIOUS = Decimal("0.5")
_DEFENSIBLE = Decimal("0.99999")
_DAY, _WEEK, _MONTH = 86_400, 7 * 86_400, 28 * 86_400
_MINUTE = 60
_SLOW_EVALUATION = 120


def low_objectives(subject: Subject) -> Iterator[Diagnostic]:
    """An objective so low that a slip of the percent sign is likely."""
    for slo in subject.slos:
        if slo.objective < _SUSPICIOUS:
            message = f"an objective of {percent(slo.objective)} lets most events fail"
            yield finding("SLO033", slo.place.at("objective"), message, "write 99.9%, if that is meant")


def high_objectives(subject: Subject) -> Iterator[Diagnostic]:
    """An objective whose budget is gone before anybody can look."""
    for slo in subject.slos:
        places = [(slo.objective, slo.place.at("objective"))] if slo.objective > _DEFENSIBLE else []
        for number, part in enumerate(slo.overrides):
            if part.objective > _DEFENSIBLE:
                places.append((part.objective, slo.place.at("objectives", number, "objective")))
        for objective, place in places:
            seconds = float(slo.window * (1 - objective))
            message = (
                f"{percent(objective)} over {duration(slo.window)} allows a total outage of {seconds:.2g} seconds: "
                "no alert comes in time to save the budget"
            )
            yield finding("SLO095", place, message, "99.99% is the most that people can answer for")


def small_slice_budgets(subject: Subject) -> Iterator[Diagnostic]:
    """A budget of less than one bad minute."""
    for slo in subject.slos:
        if slo.sli.unit == "slices" and slo.window * slo.budget < SLICE:
            message = (
                f"the budget of {duration(slo.window)} is {float(slo.window * slo.budget / SLICE):.2g} bad minutes: "
                "the first one exhausts it"
            )
            yield finding("SLO096", slo.place.at("objective"), message, "lower the objective or lengthen the window")


def long_tiers(subject: Subject) -> Iterator[Diagnostic]:
    """An alert that looks further back than the SLO does."""
    for planned in subject.planned:
        window = planned.slo.window
        for tier in planned.tiers:
            if tier.long > window:
                message = (
                    f"tier {tier.name} looks at {duration(tier.long)}, longer than the window of {duration(window)}: "
                    "it counts errors that the budget has forgotten"
                )
                yield finding("SLO097", planned.slo.place.at("alerts", "policy"), message, "shorten its long window")


def uneven_weeks(subject: Subject) -> Iterator[Diagnostic]:
    """A window in which some days of the week count once more than others, by a noticeable share."""
    for slo in subject.slos:
        if _DAY < slo.window < _MONTH and slo.window % _WEEK:
            near = max(_WEEK, round(slo.window / _WEEK) * _WEEK)
            message = (
                f"a window of {duration(slo.window)} holds some days of the week more often than others, so the budget "
                "moves with the weekday"
            )
            yield finding("SLO098", slo.place.at("window"), message, f"write {duration(near)}")


def rare_samples(subject: Subject) -> Iterator[Diagnostic]:
    """Minutes are judged that hold no sample of their own."""
    for slo in subject.slos:
        if slo.scrape_interval > _MINUTE and slo.sli.unit != "events":
            message = (
                f"scraped every {duration(slo.scrape_interval)}, many minutes hold no sample: they count as neither "
                "good nor bad, or like the minute before"
            )
            yield finding("SLO099", slo.place.at("scrape_interval"), message, "scrape at least every 1m")


def slow_scrapes(subject: Subject) -> Iterator[Diagnostic]:
    """A scrape interval that is long beside the five minutes of the shortest window."""
    for slo in subject.slos:
        if slo.scrape_interval > _MINUTE and slo.sli.unit == "events":
            message = (
                f"scraped every {duration(slo.scrape_interval)}, five minutes hold only "
                f"{300 / slo.scrape_interval:.2g} samples: alerts come later by as much, and one lost scrape counts"
            )
            yield finding("SLO100", slo.place.at("scrape_interval"), message, "scrape at least every 1m")


def slow_evaluation(subject: Subject) -> Iterator[Diagnostic]:
    """An evaluation interval that comes near the look-back of five minutes."""
    interval = subject.plan.set.interval
    if interval > _SLOW_EVALUATION:
        message = (
            f"evaluated every {duration(interval)}, alerts come up to as much later, and one missed evaluation "
            "leaves a gap in every window"
        )
        place = Place(subject.plan.set.slos[0].place.file, ("interval",))
        yield finding("SLO101", place, message, "write interval: 1m")
