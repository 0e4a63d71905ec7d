"""Test cases: every scenario for every SLO, several SLOs in one case unless they read each other's series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.ruletests.batching import batches_of
from slo.ruletests.scenarios import burn, data_loss, hysteresis, no_burn, slice_burn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.ruletests.facts import SloFacts
    from slo.ruletests.fixtures import Fixture
    from slo.ruletests.scenario import Scenario

SCENARIOS: tuple[tuple[str, Callable[[SloFacts], Scenario | None]], ...] = (
    ("healthy: good events alone raise nothing and spend nothing", no_burn.healthy),
    ("total outage: each alert is there at the first evaluation after theory, none before", burn.outage),
    ("recovery: each alert stops once its short window holds no error", burn.recovery),
    (
        "slow burn: errors a little too rare for a page raise a ticket",
        lambda facts: (slice_burn if facts.sliced else burn).slow_burn(facts),
    ),
    (
        "fresh start: ten minutes of errors do not count as days of them, and pages come when theory says",
        lambda facts: (slice_burn if facts.sliced else burn).fresh_start(facts),
    ),
    (
        "few failures: less than min_bad_events raise nothing, even if every event is bad",
        lambda facts: (slice_burn if facts.sliced else burn).few_failures(facts),
    ),
    ("wavering: a budget around zero raises one alert, which ends when enough is left again", hysteresis.around_zero),
    ("idle: counters that stand still raise nothing, and nothing is divided by zero", no_burn.idle),
    ("series gone: NoData comes ten minutes after the last record and ends ten minutes after the next", no_burn.gone),
    ("target down: without series and without target, NoData comes after ten minutes", no_burn.target_down),
    ("target up: a target that answers has not created its series yet", no_burn.target_up),
    ("lost data: late series and missing scrapes are bridged, and a new target brings no events", data_loss.bridged),
)
"""Name of the test case, and the part of one SLO in it; None where the scenario does not apply."""


_LONGEST = ("slow burn:", "wavering:")
"""Scenarios of hours, longer than all others together."""


class Case(msgspec.Struct, frozen=True):
    """One test case: its SLOs, each with its scenario; `tick` is the time between two samples in seconds."""

    name: str
    tick: int
    parts: tuple[tuple[Fixture, Scenario], ...]


def cases(fixtures: Sequence[Fixture]) -> Iterable[Case]:
    """Return all cases, scenario by scenario; equal facts are computed once."""
    distinct = {fixture.facts: None for fixture in fixtures}
    numbers = {facts: number for number, facts in enumerate(distinct)}
    batches = [[(fixture, numbers[fixture.facts]) for fixture in batch] for batch in batches_of(fixtures)]
    for sentence, scenario_of in SCENARIOS:
        scenarios = [scenario_of(facts) for facts in distinct]
        chosen = _different(batches) if sentence.startswith(_LONGEST) else batches
        parts = [tuple((one, scenario) for one, n in batch if (scenario := scenarios[n])) for batch in chosen]
        filled = [part for part in parts if part]
        for number, part in enumerate(filled, 1):
            name = sentence + (f" ({number} of {len(filled)})" if len(filled) > 1 else "")
            yield Case(name, part[0][0].facts.tick, part)


def _different(batches: Sequence[list[tuple[Fixture, int]]]) -> list[list[tuple[Fixture, int]]]:
    """Return the batches with facts that no batch before has."""
    known: set[int] = set()
    found = []
    for batch in batches:
        numbers = {number for _, number in batch}
        if not numbers <= known:
            found.append(batch)
        known |= numbers
    return found
