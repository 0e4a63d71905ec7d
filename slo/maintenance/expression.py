"""PromQL that has a sample during maintenance, for the full minutes of a subquery.

A time slice evaluated at a minute counts the minute that ends there. So a window from `start` to `end` opens just after
`start` and stays open until `end` inclusive: half a millisecond is subtracted from the clock, whose values are whole
milliseconds. The minutes before and after the window count in full.

Recorded windows are exact, too: from just after a full minute up to the next one the result is the same. A group that
is evaluated at least once a minute, at any offset, records for each full minute what an evaluation at it would give.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from slo.promql import duration
from slo.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.maintenance.cron import Cron
    from slo.maintenance.zones import Offsets
    from slo.promql import Selector

_HALF_A_MILLISECOND = 0.0005


def reported(selector: Selector, scrape: int) -> str:
    """Return maintenance while a series of the selector is above 0.

    A minute is excluded if one of the samples that its events are counted from is in maintenance, or, if the selector
    is scraped less often, the latest one.
    """
    return f"max(max_over_time({selector}[{duration(MINUTE + scrape)}]) or {selector}) > 0"


def planned(cron: Cron, length: int, offsets: Offsets) -> str:
    """Return maintenance while a wall clock shows a time within `length` seconds after a start, up to a day.

    Each offset of the zone has its own constants, valid while the zone has it. The length is that of the wall clock,
    too: 4h from 01:00 end when it shows 05:00, also in the night when it is set forward.
    """
    numbers = {offset: number for number, offset in enumerate(dict.fromkeys(o for _, o in offsets), 1)}
    now = _number_now([(since, numbers[offset]) for since, offset in offsets])
    return "\nor ".join(
        f"({' or '.join(_terms(cron, length, offset))})\n  and vector({now}) == {number}"
        for offset, number in numbers.items()
    )


def _number_now(changes: Sequence[tuple[int, int]]) -> str:
    """Return a scalar that is 0 and, just after each time, the number beside it; scalars are cheap."""
    steps = [(since, after - before) for (since, after), (_, before) in zip(changes, [(0, 0), *changes], strict=False)]
    return " ".join(
        f"{'-' if step < 0 else '+'} {'' if abs(step) == 1 else f'{abs(step)} * '}(time() > bool {since})"
        for since, step in steps
    ).removeprefix("+ ")


def endless(cron: Cron, length: int) -> bool:
    """Whether maintenance would never end."""
    return cron.daily and any(stretch >= DAY for _, stretch in _merged(_starts_of_day(cron), length))


def _terms(cron: Cron, length: int, offset: int) -> Iterator[str]:
    """Yield one term for each contiguous stretch of a day or, if these are fewer, of an hour.

    The clock is set back by the start of the stretch, so it shows the time since the start, on the day and in the hour
    in which the stretch began, even after midnight.
    """
    in_day, in_hour = _stretches(_starts_of_day(cron), length, DAY), _stretches(cron.minutes, length, HOUR, MINUTE)
    hourly = len(in_hour) < len(in_day)
    for start, stretch in in_hour if hourly else in_day:
        clock = f"time() {offset - start - _HALF_A_MILLISECOND:+.4f}".replace(" +", " + ").replace(" -", " - ")
        cycle = HOUR if hourly else DAY
        since = f"vector({clock}) % {cycle}" + (f" < {stretch}" if stretch < cycle else " >= 0")
        hours = _one_of("hour", clock, cron.hours, 24) if hourly else []
        yield " and ".join([since, *hours, *_days(cron, clock)])


def _starts_of_day(cron: Cron) -> list[int]:
    return [hour * HOUR + minute * MINUTE for hour in cron.hours for minute in cron.minutes]


def _stretches(starts: Iterable[int], length: int, cycle: int, unit: int = 1) -> list[tuple[int, int]]:
    """Return (start, length) of the stretches after the starts, without overlaps, none longer than a cycle."""
    return [
        (start + at, min(cycle, stretch - at))
        for start, stretch in _merged([start * unit for start in starts], length)
        for at in range(0, stretch, cycle)
    ]


def _merged(starts: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return windows, those that touch or overlap merged."""
    merged: list[tuple[int, int]] = []
    for start in starts:
        if merged and start <= sum(merged[-1]):
            merged[-1] = (merged[-1][0], start + length - merged[-1][0])
        else:
            merged.append((start, length))
    return merged


def _days(cron: Cron, clock: str) -> list[str]:
    months = _one_of("month", clock, cron.months, 12)
    days = _one_of("day_of_month", clock, cron.days, 31)
    weekdays = _one_of("day_of_week", clock, cron.weekdays, 7)
    if not cron.either:
        return [*months, *days, *weekdays]
    return [*months, f"({days[0]} or {weekdays[0]})"] if days and weekdays else months


def _one_of(function: str, clock: str, numbers: Sequence[int], possible: int) -> list[str]:
    """Return a condition on the date, none if every possible number is fine."""
    if len(numbers) == possible:
        return []
    call = f"{function}(vector({clock}))"
    terms = [f"{call} == {low}" if low == high else f"{call} >= {low} <= {high}" for low, high in _ranges(numbers)]
    return [terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"]


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of consecutive numbers."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
