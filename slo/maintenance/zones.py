"""Time zones as tables of offsets, since PromQL has only UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from slo.times import DAY

FIRST_YEAR = 2024
LAST_YEAR = 2037
"""The years of the tables. They do not depend on the clock, so that a specification always gives the same output,
and end where the time zone database stops listing changes."""

_WEEK = 7 * DAY
_UTC = frozenset(["UTC", "Etc/UTC", "GMT", "Etc/GMT"])
_NO_PLACE = frozenset(["localtime", "posixrules", "Factory", "right", "posix"])

Offsets = tuple[tuple[int, int], ...]
"""(Unix time, seconds ahead of UTC from then on), from the start of the first year."""


class UnknownZoneError(ValueError):
    """An unknown time zone; `known` are the names of all zones, none without a database."""

    def __init__(self, name: str) -> None:
        """Look up all zones."""
        super().__init__(name)
        self.known = frozenset(available_timezones() - _NO_PLACE)


@lru_cache(maxsize=256)
def offsets(name: str) -> Offsets:
    """Return the table of a zone by its name in the IANA database.

    Raises:
        UnknownZoneError: there is no such zone.
    """
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (FIRST_YEAR, LAST_YEAR + 1))
    if name in _UTC:
        return ((start, 0),)
    zone = _zone(name)
    table = [(start, _offset(zone, start))]
    for week in range(start, end, _WEEK):
        if _offset(zone, week + _WEEK) != table[-1][1]:
            table.append(_change(zone, week, week + _WEEK))
    return tuple(table)


def _zone(name: str) -> tzinfo:
    try:
        if name.partition("/")[0] not in _NO_PLACE:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no path inside the database; a directory of it
        pass
    raise UnknownZoneError(name)


def _change(zone: tzinfo, before: int, after: int) -> tuple[int, int]:
    """Return the second at which the offset changes between two times, and the new offset."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after, _offset(zone, after)


def _offset(zone: tzinfo, at: int) -> int:
    """Return the seconds ahead of UTC at a time."""
    local = datetime.fromtimestamp(at, zone).replace(tzinfo=UTC)
    return int(local.timestamp()) - at
