"""Planned maintenance is on at exactly the minutes that the clocks on the wall say, in every zone and on every day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slo.maintenance.cron import parse
from slo.maintenance.expression import planned
from slo.maintenance.zones import offsets
from tests.local import send
from tests.rules.server import running

MINUTE = 60
WEEK = 7 * 24 * 60
Starts = Callable[[datetime], bool]

# Weeks of UTC around changes of the clock in the zone, or around nothing at all.
WEEKS = {
    "Europe/Berlin": ("2026-03-25", "2026-10-21"),
    "America/New_York": ("2026-03-04", "2037-10-28"),
    "Australia/Lord_Howe": ("2026-04-01", "2031-10-01"),
    "Asia/Kolkata": ("2026-02-25", "2028-02-26"),
    "UTC": ("2026-02-25", "2025-12-29"),
}

WINDOWS: dict[str, tuple[str, int, Starts]] = {
    "sunday night": ("0 3 * * 0", 120, lambda t: (t.isoweekday(), t.hour, t.minute) == (7, 3, 0)),
    "in the hour that is lost or comes twice": ("30 2 * * SUN", 20, lambda t: f"{t:%a %H:%M}" == "Sun 02:30"),
    "across the change": ("0 1 * * 7", 240, lambda t: f"{t:%a %H:%M}" == "Sun 01:00"),
    "past midnight": ("30 23 * * FRI,SAT", 90, lambda t: f"{t:%H:%M}" == "23:30" and t.isoweekday() in {5, 6}),
    "a whole day": ("0 22 * * 6", 1440, lambda t: f"{t:%a %H:%M}" == "Sat 22:00"),
    "many that overlap": (
        "0 20-23 * * 0-3",
        600,
        lambda t: t.minute == 0 and t.hour >= 20 and t.isoweekday() in {7, 1, 2, 3},
    ),
    "quarters of office hours": (
        "*/15 9-17 * * MON-FRI",
        5,
        lambda t: t.minute % 15 == 0 and 9 <= t.hour <= 17 and t.isoweekday() <= 5,
    ),
    "every hour": ("50 * * * *", 20, lambda t: t.minute == 50),
    "the first of a month": ("0 0 1 * *", 60, lambda t: f"{t:%d %H:%M}" == "01 00:00"),
    "day of the month or of the week": (
        "15 4 1,28-31 * TUE",
        45,
        lambda t: f"{t:%H:%M}" == "04:15" and (t.day in {1, 28, 29, 30, 31} or t.isoweekday() == 2),
    ),
    "both, where one has a star": (
        "15 4 1-7,25-31 * */2",
        45,
        lambda t: f"{t:%H:%M}" == "04:15" and not 7 < t.day < 25 and t.isoweekday() in {7, 2, 4, 6},
    ),
    "in some months": (
        "5,35 4 * MAR-APR,10 *",
        10,
        lambda t: t.hour == 4 and t.minute in {5, 35} and t.month in {3, 4, 10},
    ),
}


class Server:
    """Answers range queries of expressions that read no series."""

    def __init__(self, url: str) -> None:
        """Know where it listens."""
        self._url = url

    def minutes(self, expr: str, start: float, steps: int) -> list[bool]:
        """Whether the expression has a sample, once a minute."""
        asked = {"query": expr, "start": start, "end": start + (steps - 1) * MINUTE, "step": MINUTE}
        answer = send("POST", f"{self._url}/api/v1/query_range", seconds=60, data=asked)
        answer.raise_for_status()
        result = answer.json()["data"]["result"]
        found = {round((at - start) / MINUTE) for series in result for at, _ in series["values"]}
        return [step in found for step in range(steps)]


@pytest.fixture(scope="module")
def server(promtool: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the version, without data."""
    with serving(promtool, tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module")
def newest(promtools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the newest version, which needs a tenth of the time of the oldest one."""
    version = max(promtools, key=lambda text: [int(number) for number in text.split(".")])
    with serving(promtools[version], tmp_path_factory.mktemp("newest")) as started:
        yield started


@contextmanager
def serving(promtool: Path, folder: Path) -> Iterator[Server]:
    """The server that came with a promtool."""
    program = promtool.with_name("prometheus")
    if not program.exists():
        pytest.skip(f"no server beside {promtool}")
    with running(program, folder) as started:
        started.await_samples("vector(1)", 1)
        yield Server(started.url)


def truth(starts: Starts, length: int, zone: str, start: datetime) -> list[bool]:
    """For each minute of a week whether the wall clock was within `length` minutes of a start, found step by step."""
    here = ZoneInfo(zone)
    days = [start.astimezone(here).replace(tzinfo=None, hour=0, minute=0) + timedelta(d) for d in range(-2, 10)]
    clock = [day + timedelta(minutes=minute) for day in days for minute in range(24 * 60)]
    begun = [moment for moment in clock if starts(moment)]
    shown = [(start + timedelta(minutes=m)).astimezone(here).replace(tzinfo=None) for m in range(WEEK)]
    latest = [bisect_right(begun, moment) for moment in shown]
    return [
        bool(count) and moment - begun[count - 1] < timedelta(minutes=length)
        for moment, count in zip(shown, latest, strict=True)
    ]


@pytest.mark.parametrize("zone", WEEKS)
@pytest.mark.parametrize("window", WINDOWS)
def test_every_minute_is_judged_as_a_calendar_would(newest: Server, window: str, zone: str) -> None:
    """A slice that is evaluated at a minute is left out when the minute that ends there is one of maintenance."""
    judge(newest, window, zone)


@pytest.mark.parametrize("window", ["across the change", "day of the month or of the week"])
def test_all_versions_agree(server: Server, window: str) -> None:
    """The same on every version, for one zone."""
    judge(server, window, "Europe/Berlin")


def judge(server: Server, window: str, zone: str) -> None:
    """Compare the expression of a window with the calendar, minute by minute over some weeks."""
    cron, length, starts = WINDOWS[window]
    expr = planned(parse(cron), length * MINUTE, offsets(zone))
    seen = 0
    for day in WEEKS[zone]:
        start = datetime.fromisoformat(day).replace(tzinfo=UTC)
        expected = truth(starts, length, zone, start)
        assert server.minutes(expr, start.timestamp() + MINUTE, WEEK) == expected
        seen += sum(expected)
    assert seen or window == "the first of a month"


@pytest.mark.parametrize("offset", [0.001, 23.456, 59.999])
def test_a_record_at_any_offset_is_exact(server: Server, offset: float) -> None:
    """Evaluated anywhere after one full minute the answer is that of the next one, which is when a slice reads it."""
    cron, length, _ = WINDOWS["sunday night"]
    expr = planned(parse(cron), length * MINUTE, offsets("Europe/Berlin"))
    start = datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()
    assert server.minutes(expr, start + offset, 2880) == server.minutes(expr, start + MINUTE, 2880)


def test_there_is_none_before_the_first_year_of_the_tables(server: Server) -> None:
    """Unit tests of rules begin in 1970, and meet no planned maintenance."""
    for zone in WEEKS:
        assert not any(server.minutes(planned(parse("0 * * * *"), 1800, offsets(zone)), 86_400, 2000))
