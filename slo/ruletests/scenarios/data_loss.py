"""The scenario of `data_loss: bridge`: events behind late series and missing scrapes are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import names
from slo.ruletests.samples import Phase, samples_of
from slo.ruletests.scenario import Scenario, value

if TYPE_CHECKING:
    from slo.ruletests.facts import SloFacts

_EVENTS = 100
_FAILURES = 7
_LARGE = 1_000_000
_LATE, _LAST, _BACK, _NEW, _END = 2, 4, 7, 9, 12


def bridged(facts: SloFacts) -> Scenario | None:
    """Return errors whose series appears in the third subwindow, three without a scrape, and a late instance."""
    if not facts.bridge or facts.by_minute:
        return None
    each = facts.subwindow // facts.tick
    lazy = tuple(source for source in facts.member.inputs if not source.good)
    steady = tuple(source for source in facts.member.inputs if source.good)
    at = _END * facts.subwindow
    # Two samples after the gap there are rates again beside the first values: at both detections nothing counts twice.
    later = at + -(-2 * facts.tick // facts.step) * facts.step
    ticks = later // facts.tick
    gap = Phase((_BACK - _LAST) * each - 1, good=_EVENTS, absent=True)
    phases = (Phase(_LAST * each, good=_EVENTS), gap, Phase(ticks - _BACK * each + 1, good=_EVENTS))
    late = f"_x{_LATE * each} {_FAILURES}+0x{(_LAST - _LATE) * each}"
    back = f"stale _x{gap.ticks - 1} {_FAILURES}+0x{ticks - _BACK * each}"
    late_series = tuple((source.number, f"{late} {back}") for source in lazy)
    new = tuple((source.number, f"_x{_NEW * each} {_LARGE}+0x{ticks - _NEW * each}") for source in facts.new_instance)
    bad = facts.series(names.events(facts.window), kind="bad")
    total = facts.series(names.events(facts.window), kind="total")
    checks = (
        value(at, bad, _FAILURES if lazy else 0),
        value(later, bad, _FAILURES if lazy else 0),
        value(at, f"10 * {total} / {_EVENTS * _END * each}", 10),
    )
    remark = f"{_FAILURES} failures in a late series, {_BACK - _LAST} tiles without a scrape, a target that is not new"
    return Scenario((*samples_of(steady, facts, phases, start=1000), *late_series, *new), checks, remark)
