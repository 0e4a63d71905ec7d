"""Parse cron expressions: five fields, each a set of numbers, with the meaning of Vixie's cron."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

_PART = re.compile(r"(?:(\*)|([0-9]{1,2}|[A-Za-z]{3})(?:-([0-9]{1,2}|[A-Za-z]{3}))?)(?:/([0-9]{1,2}))?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SUNDAY = 7
_SHOWN = 40


class CronError(ValueError):
    """An invalid cron expression: what is wrong, the fix, and the part of the text."""

    def __init__(self, message: str, hint: str, start: int = 0, length: int = 0) -> None:
        """Keep all of it; without a length it is about the whole text."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.length = length


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields: its name, smallest and largest number, and names from the smallest up."""

    called: str
    low: int
    high: int
    names: tuple[str, ...] = ()


class _Wrong(Exception):  # noqa: N818 - a field that is wrong, not an error of ours
    """An invalid part of a field."""

    def __init__(self, part: str, hint: str) -> None:
        """Keep the part and the fix."""
        super().__init__(part)
        self.part = part
        self.hint = hint


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, _SUNDAY, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """When something starts, on the clock of some place.

    Attributes:
        minutes: of the hour.
        hours: of the day.
        days: of the month.
        months: of the year, from 1.
        weekdays: 0 is Sunday.
        either: one of `days` and `weekdays` is enough: so it is when neither field begins with a star. Otherwise
            both must fit, and the one with the star nearly always does.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool

    @property
    def daily(self) -> bool:
        """Whether it starts on every day of the year."""
        full = (len(self.days) == len(range(31)), len(self.weekdays) == len(_WEEKDAYS))
        return len(self.months) == len(_MONTHS) and (any(full) if self.either else all(full))


def parse(text: str) -> Cron:
    """Return the parsed expression: lists, ranges, steps, names of months and days of the week.

    Raises:
        CronError: it is invalid, or never starts.
    """
    words = list(re.finditer(r"\S+", text))
    if len(words) != len(_FIELDS):
        message = f'invalid cron expression "{text[:_SHOWN]}": expected 5 fields, found {len(words)}'
        raise CronError(message, "write minute, hour, day of the month, month and day of the week, as in 0 3 * * 0")
    minutes, hours, days, months, weekdays = (_numbers(w, f) for w, f in zip(words, _FIELDS, strict=True))
    either = not words[2].group().startswith("*") and not words[4].group().startswith("*")
    if not either and all(day > _LONGEST_MONTHS[month - 1] for day, month in product(days, months)):
        message = f'cron expression "{text[:_SHOWN]}" never starts: none of its months has a day {days[0]}'
        raise CronError(message, "correct the day or the month")
    return Cron(minutes, hours, days, months, tuple(sorted({day % _SUNDAY for day in weekdays})), either)


def _numbers(word: re.Match[str], field: _Field) -> tuple[int, ...]:
    """Return the numbers of one field, in order."""
    found: set[int] = set()
    start = word.start()
    for part in word.group().split(","):
        try:
            found |= set(_range(part, field))
        except _Wrong as wrong:
            message = f'invalid {field.called} "{wrong.part[:_SHOWN]}"'
            raise CronError(message, wrong.hint, start, max(1, len(part))) from None
        start += len(part) + 1
    return tuple(sorted(found))


def _range(part: str, field: _Field) -> range:
    match = _PART.fullmatch(part)
    if not match:
        raise _Wrong(part, _example(field))
    star, first, last, step = match.groups()
    if step and not star and not last:
        raise _Wrong(part, f"a step needs a star or a range: write {first}-{field.high}/{step}")
    if star:
        low, high = field.low, field.high - (field.high == _SUNDAY)  # Sunday counts once when steps are taken
    else:
        low = _number(first, field)
        high = _number(last or first, field)
    if last and high == 0 and field.high == _SUNDAY:
        high = _SUNDAY  # FRI-SUN
    if low > high:
        raise _Wrong(part, f"the range is reversed; write {first}-{field.high},{field.low}-{last}")
    if step and int(step) == 0:
        raise _Wrong(part, "a step is at least 1")
    return range(low, high + 1, int(step or 1))


def _number(word: str, field: _Field) -> int:
    if word.upper() in field.names:
        return field.names.index(word.upper()) + field.low
    if not word.isdigit() or not field.low <= int(word) <= field.high:
        raise _Wrong(word, _example(field))
    return int(word)


def _example(field: _Field) -> str:
    names = f", or names such as {field.names[0]}" if field.names else ""
    return f"write *, numbers from {field.low} to {field.high}{names}, ranges such as 1-5, lists or steps"
