"""The effect of other traffic than the expected one, as text."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from slo.explain.table import entries, sentence, table
from slo.explain.units import chance, number, rate, time
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.explain.facts import AtTraffic, Facts, Level, TierFacts


def lines(facts: Facts) -> list[str]:
    """Return what each tier needs at multiples of the expected traffic, and the effect of a single failure."""
    if facts.measured.unit != "events":
        return sentence("No effect: slices come once a minute, whatever their traffic.")
    return [*_levels(facts), *_single(facts)]


def _levels(facts: Facts) -> list[str]:
    if not facts.levels:
        return []
    each = "Each member of the group" if facts.measured.group_by else "This SLO"
    said = sentence(
        f"{each} expects {rate(facts.levels[1].per_second)} at the quietest hour. Bad events that fire a tier, and "
        "the time until a total outage makes them (-: not within the long window):"
    )
    said += table([_head(facts), *_rows(facts, _needed), _least(facts), _budgets(facts)])
    said += sentence(
        "Upper bound of the chance in a month that a tier fires although the objective is just met, with independent "
        "failures:"
    )
    said += table([_head(facts), *_rows(facts, lambda cell: chance(cell.chance_in_a_month))])
    if any(tier.burn_rate == 1 for tier in facts.tiers):
        said += sentence(
            "At burn rate 1 this is expected: an SLO that just meets its objective is above it half of the time."
        )
    return said


def _head(facts: Facts) -> list[str]:
    return ["", *(f"{rate(level.per_second)}{_multiple(level)}" for level in facts.levels)]


def _multiple(level: Level) -> str:
    return "" if level.multiple == 1 else f" (x {level.multiple:f})"


def _rows(facts: Facts, cell: Callable[[AtTraffic], str]) -> list[list[str]]:
    return [
        [tier.name, *(cell(level.tiers[number]) for level in facts.levels)] for number, tier in enumerate(facts.tiers)
    ]


def _needed(cell: AtTraffic) -> str:
    return (
        f"{number(cell.errors)} in {time(cell.seconds)}" if cell.seconds is not None else f"{number(cell.errors)} (-)"
    )


def _least(facts: Facts) -> list[str]:
    return ["min_bad_events", *(number(level.min_bad_events) for level in facts.levels)]


def _budgets(facts: Facts) -> list[str]:
    return ["budget", *(number(level.budget_events) for level in facts.levels)]


def _single(facts: Facts) -> list[str]:
    said = sentence("With few events, a single failure is a large part of them. It alone exceeds the threshold of")
    said += entries((tier.name, _harmless(tier)) for tier in facts.tiers)
    if facts.min_bad_events == 1:
        return said + sentence("and then alerts: min_bad_events is 1.")
    return said + sentence(f"but does not alert: min_bad_events is {facts.min_bad_events}.")


def _harmless(tier: TierFacts) -> str:
    return f"below {number(ceil(tier.harmless_from))} events in {duration(tier.long)}"
