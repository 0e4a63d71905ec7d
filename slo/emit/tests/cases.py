"""Test cases: every scenario for every SLO, as many SLOs in one case as do not disturb each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.emit.tests import burning, quiet
from slo.selectors import reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.emit.tests.script import Script
    from slo.emit.tests.subject import Subject

SCENARIOS: tuple[tuple[str, Callable[[Subject], Script | None]], ...] = (
    ("healthy: good events alone raise nothing and spend nothing", quiet.healthy),
    ("total outage: each alert is there at the first evaluation after theory, none before", burning.outage),
    ("recovery: each alert stops once its short window holds no error", burning.recovery),
    ("slow burn: errors a little too rare for a page raise a ticket", burning.slow_burn),
    (
        "fresh start: ten minutes of errors do not count as days of them, and pages come when theory says",
        burning.fresh_start,
    ),
    ("few failures: less than min_bad_events raise nothing, even if every event is bad", burning.few_failures),
    ("idle: counters that stand still raise nothing, and nothing is divided by zero", quiet.idle),
    ("series gone: NoData comes ten minutes after the last record", quiet.gone),
    ("target down: without series and without target, NoData comes after ten minutes", quiet.target_down),
    ("target up: a target that answers has not created its series yet", quiet.target_up),
)
"""A sentence for the name of the test case, and what one SLO does in it; None where an SLO has no part in it."""


_LARGEST = 50
"""SLOs in one case. Every SLO is held against all others of its case, so that more would take quadratic time."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case of the file."""

    name: str
    scripts: tuple[Script, ...]


def cases(subjects: Sequence[Subject]) -> Iterable[Case]:
    """All cases, scenario by scenario."""
    companies = _companies(subjects)
    for sentence, play in SCENARIOS:
        casts = [tuple(script for subject in company if (script := play(subject))) for company in companies]
        filled = [scripts for scripts in casts if scripts]
        for number, scripts in enumerate(filled, 1):
            yield Case(sentence + (f" ({number} of {len(filled)})" if len(filled) > 1 else ""), scripts)


def _companies(subjects: Sequence[Subject]) -> list[list[Subject]]:
    """The SLOs in groups of bounded size within which none reads the input series of another."""
    companies: list[list[Subject]] = []
    for subject in subjects:
        open_ = (c for c in companies if len(c) < _LARGEST)
        company = next((c for c in open_ if not any(_disturb(subject, other) for other in c)), None)
        if company is None:
            companies.append([subject])
        else:
            company.append(subject)
    return companies


def _disturb(one: Subject, other: Subject) -> bool:
    return _read_by(one, other) or _read_by(other, one)


def _read_by(reader: Subject, feeder: Subject) -> bool:
    return any(reads(selector, feed.series) for selector in reader.selectors for feed in feeder.feeds)
