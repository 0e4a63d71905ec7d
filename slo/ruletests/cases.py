"""Test cases: every scenario for every SLO, as many SLOs in one case as do not disturb each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.ruletests.batching import companies_of
from slo.ruletests.scenarios import burn, data_loss, hysteresis, no_burn, slice_burn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.ruletests.facts import Subject
    from slo.ruletests.fixtures import Player
    from slo.ruletests.script import Script

SCENARIOS: tuple[tuple[str, Callable[[Subject], Script | None]], ...] = (
    ("healthy: good events alone raise nothing and spend nothing", no_burn.healthy),
    ("total outage: each alert is there at the first evaluation after theory, none before", burn.outage),
    ("recovery: each alert stops once its short window holds no error", burn.recovery),
    (
        "slow burn: errors a little too rare for a page raise a ticket",
        lambda subject: (slice_burn if subject.sliced else burn).slow_burn(subject),
    ),
    (
        "fresh start: ten minutes of errors do not count as days of them, and pages come when theory says",
        lambda subject: (slice_burn if subject.sliced else burn).fresh_start(subject),
    ),
    (
        "few failures: less than min_bad_events raise nothing, even if every event is bad",
        lambda subject: (slice_burn if subject.sliced else burn).few_failures(subject),
    ),
    ("wavering: a budget around zero raises one alert, which ends when enough is left again", hysteresis.wavering),
    ("idle: counters that stand still raise nothing, and nothing is divided by zero", no_burn.idle),
    ("series gone: NoData comes ten minutes after the last record and ends ten minutes after the next", no_burn.gone),
    ("target down: without series and without target, NoData comes after ten minutes", no_burn.target_down),
    ("target up: a target that answers has not created its series yet", no_burn.target_up),
    ("lost data: late series and missing scrapes are bridged, and a new target brings no events", data_loss.bridged),
)
"""A sentence for the name of the test case, and what one SLO does in it; None where an SLO has no part in it."""


_LONGEST = ("slow burn:", "wavering:")
"""The scenarios that take hours, longer than all others together."""


class Case(msgspec.Struct, frozen=True):
    """One test case of the file: who takes part in it, and what each does.

    `tick` is the time between two samples in seconds.
    """

    name: str
    tick: int
    parts: tuple[tuple[Player, Script], ...]


def cases(players: Sequence[Player]) -> Iterable[Case]:
    """All cases, scenario by scenario. What equal subjects do is computed once."""
    subjects = {player.subject: None for player in players}
    numbers = {subject: number for number, subject in enumerate(subjects)}
    companies = [[(p, numbers[p.subject]) for p in company] for company in companies_of(players)]
    for sentence, play in SCENARIOS:
        scripts = [play(subject) for subject in subjects]
        chosen = _different(companies) if sentence.startswith(_LONGEST) else companies
        casts = [tuple((p, script) for p, n in company if (script := scripts[n])) for company in chosen]
        filled = [cast for cast in casts if cast]
        for number, cast in enumerate(filled, 1):
            name = sentence + (f" ({number} of {len(filled)})" if len(filled) > 1 else "")
            yield Case(name, cast[0][0].subject.tick, cast)


def _different(companies: Sequence[list[tuple[Player, int]]]) -> list[list[tuple[Player, int]]]:
    """The groups without those in which nobody differs, names aside, from somebody in a group before."""
    known: set[int] = set()
    found = []
    for company in companies:
        numbers = {number for _, number in company}
        if not numbers <= known:
            found.append(company)
        known |= numbers
    return found
