"""`maintenance`: what a cron expression and a time zone mean, and where the rules look whether it is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from slo.errors import CompileError
from slo.lint import lint
from slo.load import Source
from slo.maintenance.cron import CronError, parse
from slo.maintenance.expression import endless, planned
from slo.maintenance.zones import FIRST_YEAR, LAST_YEAR, UnknownZoneError, offsets
from slo.model import Scale
from slo.pipeline import Request, compile_sources, resolve_sources
from slo.plan import plan
from slo.plan.rules import Plan

SPEC = """\
version: 1
service: shop
set: shop
slos:
  - {name: NAME, objective: 99%, scrape_interval: 15s, sli: {events: {total: a_total, bad: b_total}}}
maintenance:
"""
NIGHTLY = '{cron: "0 3 * * *", duration: 2h, reason: backup}'
WEEKLY = '{cron: "0 4 * * 0", duration: 2h, timezone: Europe/Berlin, reason: upgrade}'
METRIC = "{metric: busy}"
RECORD = 'slo:maintenance{shard="shop-0",service="shop"}'


def spec(*entries: str, name: str = "one") -> Source:
    """A file with one SLO and this maintenance."""
    return Source(f"{name}.yaml", SPEC.replace("NAME", name) + "".join(f"  - {entry}\n" for entry in entries))


def planned_set(*files: Source, scale: Scale | None = None) -> Plan:
    """The rules of these files as one set."""
    (one,) = resolve_sources(files)
    return plan(one, scale or Scale())


def refused(entry: str) -> tuple[str, str]:
    """Message and hint of the one thing that is wrong with an entry."""
    with pytest.raises(CompileError) as caught:
        compile_sources([spec(entry)], Request(("prometheus",)))
    (found,) = caught.value.diagnostics
    return found.message, found.hint


@pytest.mark.parametrize(
    ("text", "field", "numbers"),
    [
        ("0 3 * * 0", "minutes", (0,)),
        ("*/20 3 * * 0", "minutes", (0, 20, 40)),
        ("5-9/2,59,5 3 * * 0", "minutes", (5, 7, 9, 59)),
        ("0 22-23,0-1 * * *", "hours", (0, 1, 22, 23)),
        ("0 3 31 * *", "days", (31,)),
        ("0 3 * jan,MAR-May,12 *", "months", (1, 3, 4, 5, 12)),
        ("0 3 * * 7", "weekdays", (0,)),
        ("0 3 * * 0,7", "weekdays", (0,)),
        ("0 3 * * fri-SUN", "weekdays", (0, 5, 6)),
        ("0 3 * * 5-7", "weekdays", (0, 5, 6)),
        ("0 3 * * */2", "weekdays", (0, 2, 4, 6)),
        ("0 3 * * *", "weekdays", (0, 1, 2, 3, 4, 5, 6)),
        ("\t00  03 * * * ", "hours", (3,)),
    ],
)
def test_fields(text: str, field: str, numbers: tuple[int, ...]) -> None:
    """Lists, ranges, steps and names stand for these numbers."""
    assert getattr(parse(text), field) == numbers


@pytest.mark.parametrize(
    ("text", "either"),
    [("0 3 1 * 0", True), ("0 3 * * 0", False), ("0 3 1 * *", False), ("0 3 */2 * 0", False), ("0 3 1 * */2", False)],
)
def test_days_of_month_and_week(text: str, either: bool) -> None:  # noqa: FBT001 - a column of the table
    """One of them is enough when neither begins with a star, as in Vixie's cron."""
    assert parse(text).either is either


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("60 3 * * 0", "60"),
        ("0 24 * * 0", "24"),
        ("0 3 0 * 0", "0"),
        ("0 3 * 13 0", "13"),
        ("0 3 * * 8", "8"),
        ("0 3 * FEBR 0", "FEBR"),
        ("0 3 * MON 0", "MON"),
        ("0 1,,2 * * *", ""),
        ("-1 3 * * *", "-1"),
        ("0 3 L * *", "L"),
        ("0 3 * * 1#2", "1#2"),
        ("0 3-5-7 * * *", "3-5-7"),
        ("0 5-3 * * *", "5-3"),
        ("1/5 * * * *", "1/5"),
        ("*/0 * * * *", "*/0"),
        ("٣ 3 * * *", "٣"),
        ("0 3 * * " + "1," * 5000, ""),
    ],
)
def test_wrong_fields(text: str, part: str) -> None:
    """The message quotes what means nothing, and its place in the text is known."""
    with pytest.raises(CronError) as caught:
        parse(text)
    error = caught.value
    assert error.message.endswith(f' "{part}"')
    assert text[error.start :].startswith(part)


@pytest.mark.parametrize("text", ["", "0 3 * *", "0 3 * * * *", "@daily", "x" * 10_000])
def test_not_five_fields(text: str) -> None:
    """Anything but five fields is refused in a short message."""
    with pytest.raises(CronError, match="expected 5 fields, found") as caught:
        parse(text)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("cron", "minutes", "ever"),
    [
        ("* * * * *", 1, True),
        ("0 * * * *", 60, True),
        ("0 * * * *", 59, False),
        ("0 0 * * *", 1440, True),
        ("0 0,12 * * *", 720, True),
        ("0 0,12 * * *", 719, False),
        ("0 0 * * 1-7", 1440, True),
        ("0 0 1 * 0-6", 1440, True),
        ("0 0 * * 1-6", 1440, False),
        ("0 0 * 1-11 *", 1440, False),
    ],
)
def test_endless(cron: str, minutes: int, ever: bool) -> None:  # noqa: FBT001 - a column of the table
    """Maintenance that begins again before it is over, every day, never ends."""
    assert endless(parse(cron), minutes * 60) is ever


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"])
def test_the_table_of_a_zone_has_every_change(zone: str) -> None:
    """Looked up in the table, the offset of every hour of these years is that of the database."""
    table = offsets(zone)
    here, moment = ZoneInfo(zone), datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    row = 0
    while moment.year <= LAST_YEAR:
        while row + 1 < len(table) and table[row + 1][0] <= moment.timestamp():
            row += 1
        assert moment.astimezone(here).utcoffset() == timedelta(seconds=table[row][1])
        moment += timedelta(hours=1)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "Europe", "../UTC", "/etc/passwd", "localtime", "posixrules", "", "a\0b"]
)
def test_what_is_no_zone(name: str) -> None:
    """Unknown names, folders, paths and files that mean another zone on each machine are refused."""
    with pytest.raises(UnknownZoneError):
        offsets(name)


def test_utc_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no database of time zones UTC is known all the same, and other zones are told how to get one."""
    monkeypatch.setattr("slo.maintenance.zones.ZoneInfo", ZoneInfo.no_cache)
    monkeypatch.setattr("slo.maintenance.zones.available_timezones", set)
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    offsets.cache_clear()
    assert len(offsets("UTC")) == 1
    assert refused(NIGHTLY.replace("2h", "2h, timezone: Mars/Olympus"))[1] == "install the Python package tzdata"
    offsets.cache_clear()


def test_a_suggestion_has_the_same_meaning() -> None:
    """A typo is corrected, and an abbreviation is not taken for another one."""
    assert refused(NIGHTLY.replace("2h", "2h, timezone: europe/berlin"))[1] == 'did you mean "Europe/Berlin"?'
    assert "EST" not in refused(NIGHTLY.replace("2h", "2h, timezone: CEST"))[1]


def test_a_calendar_is_recorded_once() -> None:
    """One record, before all other rules, is what the base rules and NoData of all SLOs read."""
    made = planned_set(spec(NIGHTLY, METRIC), spec(NIGHTLY, METRIC, name="two"))
    rules = made.groups[0].rules
    assert [rule.name for rule in rules].count("slo:maintenance") == 1
    assert rules[0].name == "slo:maintenance"
    assert rules[0].labels == (("shard", "shop-0"), ("service", "shop"))
    reading = [rule.name for rule in rules if RECORD in rule.expr]
    assert reading == [*["slo:events:5m"] * 4, "ShopOneNoData", "ShopTwoNoData"]
    assert all("max(max_over_time(busy[1m15s]) or busy) > 0" in rule.expr for rule in rules if RECORD in rule.expr)


@pytest.mark.parametrize(
    ("files", "interval"),
    [
        pytest.param([spec(NIGHTLY)], 300, id="evaluated less than once a minute"),
        pytest.param([spec(NIGHTLY), spec(WEEKLY, name="two")], 60, id="two files of a service that disagree"),
    ],
)
def test_otherwise_every_rule_has_the_calendar(files: list[Source], interval: int) -> None:
    """Where one record would not be exact, or not right for all, the rules hold the expression themselves."""
    rules = planned_set(*files, scale=Scale(interval=interval)).groups[0].rules
    assert not [rule for rule in rules if "slo:maintenance" in (rule.name, rule.expr.partition("{")[0])]
    assert sum("% 86400 < 7200" in rule.expr for rule in rules) == 3 * len(files)


def test_only_those_files_that_have_it() -> None:
    """SLOs of another file of the service are not touched, though the record is there."""
    rules = planned_set(spec(NIGHTLY), Source("two.yaml", SPEC.replace("NAME", "two").replace("maintenance:", "")))
    assert {dict(rule.labels).get("slo") for rule in rules.groups[0].rules if RECORD in rule.expr} == {"one"}


def test_the_metric_alone_needs_no_record() -> None:
    """It begins at any second, so that a record would be late."""
    rules = planned_set(spec(METRIC)).groups[0].rules
    assert "slo:maintenance" not in {rule.name for rule in rules}
    assert sum("max(max_over_time(busy[1m15s]) or busy) > 0" in rule.expr for rule in rules) == 3


def test_the_calendar_does_not_run_faster() -> None:
    """SLOs with maintenance are left out of rules in scaled time."""
    made = planned_set(spec(NIGHTLY), scale=Scale(60, 1, 1))
    assert (made.slos, [slo.name for slo in made.left_out]) == ((), ["one"])
    (told,) = [d.message for d in lint(made) if d.code == "SLO061"]
    assert told.startswith("shop/one ")
    assert " 60:" in told


def test_what_a_person_is_told() -> None:
    """The SLO knows when its maintenance is, why, and until when its clock is known."""
    (one,) = resolve_sources([spec(NIGHTLY, WEEKLY, METRIC)])
    nightly, weekly, metric = one.slos[0].maintenance
    assert (nightly.what, nightly.reason, nightly.last_year) == ("0 3 * * * for 2h, UTC", "backup", None)
    assert (weekly.what, weekly.last_year) == ("0 4 * * 0 for 2h, Europe/Berlin", 2037)
    assert (metric.what, metric.planned) == ("busy", False)


@pytest.mark.parametrize(
    ("cron", "terms"),
    [("*/15 * * * *", 4), ("0 3 * * 0", 1), ("* 9-17 * * *", 1), ("0 0-23 1 * *", 1), ("7 */2 * * *", 1)],
)
def test_few_terms(cron: str, terms: int) -> None:
    """Starts that make one stretch of time, or the same in every hour, are spelled once."""
    assert planned(parse(cron), 600, offsets("UTC")).count("% ") == terms


@pytest.mark.parametrize(("year", "found"), [(2026, []), (2036, []), (2037, ["SLO074"]), (2040, ["SLO074"])])
def test_lint_tells_when_the_calendar_ends(year: int, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the last year that the rules know, once for each entry, and never for clocks that do not change."""

    class Then(datetime):
        """A clock that stands."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Then:
            return cls(year, 6, 1, tzinfo=tz)

    monkeypatch.setattr("datetime.datetime", Then)
    entries = (NIGHTLY, WEEKLY, METRIC)
    said = [d for d in lint(planned_set(spec(*entries), spec(*entries, name="two"))) if d.code == "SLO074"]
    assert [d.code for d in said] == found * 2
    assert {d.place.path for d in said} <= {("maintenance", 1)}


def test_metrics_of_maintenance_have_names_that_servers_can_read() -> None:
    """What Prometheus 2 cannot read is told once for a file, as it is for the queries of SLIs."""
    made = planned_set(spec(NIGHTLY, """{metric: '{"it is", "busy now"="yes"}'}"""))
    (found,) = [d for d in lint(made) if d.code == "SLO076"]
    assert found.place.path == ("maintenance", 1, "metric")
    assert '"busy now"' in found.message
