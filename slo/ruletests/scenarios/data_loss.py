"""The scenario of `data_loss: bridge`: what late series and missing scrapes would hide is counted all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import names
from slo.ruletests.script import Phase, Script, shaped, value

if TYPE_CHECKING:
    from slo.ruletests.facts import Subject

_EVENTS = 100
_FAILURES = 7
_LARGE = 1_000_000
_LATE, _LAST, _BACK, _NEW, _END = 2, 4, 7, 9, 12


def bridged(subject: Subject) -> Script | None:
    """Tiles: errors get their series in the third, scrapes miss three, a target with large counters comes later."""
    if not subject.bridge or subject.by_minute:
        return None
    tile = subject.tile // subject.tick
    lazy = tuple(shape for shape in subject.role.shapes if not shape.good)
    steady = tuple(shape for shape in subject.role.shapes if shape.good)
    at = _END * subject.tile
    # Two samples after the gap there are rates again beside the first values: at both moments nothing counts twice.
    later = at + -(-2 * subject.tick // subject.step) * subject.step
    ticks = later // subject.tick
    gap = Phase((_BACK - _LAST) * tile - 1, good=_EVENTS, absent=True)
    phases = (Phase(_LAST * tile, good=_EVENTS), gap, Phase(ticks - _BACK * tile + 1, good=_EVENTS))
    late = f"_x{_LATE * tile} {_FAILURES}+0x{(_LAST - _LATE) * tile}"
    back = f"stale _x{gap.ticks - 1} {_FAILURES}+0x{ticks - _BACK * tile}"
    late_series = tuple((shape.number, f"{late} {back}") for shape in lazy)
    new = tuple((shape.number, f"_x{_NEW * tile} {_LARGE}+0x{ticks - _NEW * tile}") for shape in subject.newcomers)
    bad = subject.series(names.events(subject.window), kind="bad")
    total = subject.series(names.events(subject.window), kind="total")
    checks = (
        value(at, bad, _FAILURES if lazy else 0),
        value(later, bad, _FAILURES if lazy else 0),
        value(at, f"10 * {total} / {_EVENTS * _END * tile}", 10),
    )
    remark = f"{_FAILURES} failures in a late series, {_BACK - _LAST} tiles without a scrape, a target that is not new"
    return Script((*shaped(steady, subject, phases, start=1000), *late_series, *new), checks, remark)
