"""What a service and its monitoring go through: right numbers and the right alert in each, counted by hand.

`test_promtool.py` tries them all in one process. Every situation says how its series grow, one sample a minute, and
what must be recorded: from the events that happened, not from what the compiler wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.rules.judge import case, put
from tests.rules.kinds import compiled, specification
from tests.specimens import emitted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVENTS = "sli: {events: {total: api_total, bad: 'api_total{code=\"500\"}'}}"
GOOD, BAD = 'api_total{code="200"}', 'api_total{code="500"}'
UP = 'up{job="api"}'
TARGET = f"alerts: {{target: '{UP}'}}"
GROUPED = f"{EVENTS}, group_by: [tenant]"
SLICED = f"{EVENTS}, budgeting: {{slices: 1m, target: 99%}}"

Check = tuple[str, str, dict[str, float]]
FIRING = "count by (tier, severity, tenant) (ALERTS{alertstate='firing'})"


def counted(at: str, kind: str, events: float, window: str = "1h") -> Check:
    """So many events of a kind in a window."""
    return at, f'round(sum(slo:events:{window}{{kind="{kind}"}}))', {"{}": events}


def between(at: str, kind: str, least: float, most: float) -> list[Check]:
    """Not exactly known: Prometheus extrapolates over a part of a scrape where a series begins or ends."""
    events = f'sum(slo:events:1h{{kind="{kind}"}})'
    return [
        (at, f"{events} >= bool {least - 0.01:.2f}", {"{}": 1}),
        (at, f"{events} <= bool {most + 0.01:.2f}", {"{}": 1}),
    ]


def ratio(at: str, share: float, window: str = "1h") -> Check:
    """This share of the events is bad, in millionths."""
    return at, f"round(1e6 * sum(slo:error_ratio:{window}))", {"{}": round(share * 1e6)}


def left(at: str, share: float) -> Check:
    """This share of the budget is left, in hundredths of a percent."""
    return at, "round(1e4 * sum(slo:budget_remaining:ratio))", {"{}": round(share * 1e4)}


def fires(at: str, *tiers: str) -> Check:
    """Exactly these alerts, each with the labels that follow its tier."""
    return at, FIRING, {f"{{{labels}}}": 1 for labels in tiers}


def alert(tier: str, severity: str = "ticket", **labels: str) -> str:
    """The labels of an alert, as promtool sorts them."""
    named = {"severity": severity, **labels, "tier": tier}
    return ", ".join(f'{name}="{value}"' for name, value in named.items())


class Tried:
    """Writes rules of one SLO and what must become of them, each into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Know where."""
        self.folder = folder
        self.files: list[Path] = []

    def __call__(self, what: str, series: Mapping[str, str], *checks: Check, maintenance: str = "") -> None:
        """Write that all checks hold for the SLO `api` that is described so."""
        text = specification({"api": what}, policy="workbook", maintenance=maintenance)
        place = self.folder.with_name(f"{self.folder.name}-{len(self.files)}")
        self.files.append(
            put(place, emitted("prometheus", compiled(text)), "1m", case("situation", "1m", series, *checks))
        )


Situation = Callable[[Tried], None]
SITUATIONS: dict[str, Situation] = {}
"""All of them, by name."""


def situation(described: Situation) -> Situation:
    """Register a situation."""
    SITUATIONS[described.__name__.replace("_", "-")] = described
    return described


def written(folder: Path) -> list[Path]:
    """The unit tests of all situations, each in a folder named after it."""
    files: list[Path] = []
    for name, describe in SITUATIONS.items():
        tried = Tried(folder / name)
        describe(tried)
        assert tried.files
        files += tried.files
    return files


@situation
def no_error_series_yet(tried: Tried) -> None:
    """An hour without any failure, and without a series for them: all is well and the whole budget is there."""
    tried(
        EVENTS,
        {GOOD: "500+50x70"},
        counted("65m", "total", 3000),
        counted("65m", "bad", 0),
        ratio("65m", 0),
        left("65m", 1),
        fires("65m"),
    )


@situation
def no_error_series_of_one_member_yet(tried: Tried) -> None:
    """A member that never failed has its whole budget, beside one of which a tenth fails."""
    series = {
        'api_total{code="200",tenant="a"}': "500+50x70",
        'api_total{code="200",tenant="b"}': "500+45x70",
        'api_total{code="500",tenant="b"}': "500+5x70",
    }
    bad = 'round(slo:events:1h{kind="bad",tenant="a"})'
    labels = '{kind="bad", service="svc", shard="svc-0", slo="api", tenant="a"}'
    tried(
        GROUPED,
        series,
        ("65m", bad, {labels: 0}),
        counted("65m", "bad", 300),
        ("65m", "count by (tenant) (ALERTS)", {'{tenant="b"}': 3}),
    )


@situation
def a_service_of_their_own(tried: Tried) -> None:
    """Targets that carry a label `service` are members by its value, and those without it are one member."""
    series = {
        'api_total{code="200",service="a",method="x"}': "500+45x70",
        'api_total{code="500",service="a",method="x"}': "500+5x70",
        'api_total{code="200",service="b",method="x"}': "500+50x70",
        'api_total{code="200",method="x"}': "500+10x70",
    }
    group = "group_by: [{label: service, as: their_service}, method]"
    members = "count by (service, their_service, method) (slo:error_ratio:1h)"
    tried(
        f"{EVENTS}, {group}",
        series,
        counted("65m", "total", 6600),
        ("65m", 'round(1e6 * slo:error_ratio:1h{their_service="a"})', {_member("a"): 100_000}),
        ("65m", 'round(1e6 * slo:error_ratio:1h{their_service="b"})', {_member("b"): 0}),
        (
            "65m",
            members,
            {
                '{method="x", service="svc"}': 1,
                '{method="x", service="svc", their_service="a"}': 1,
                '{method="x", service="svc", their_service="b"}': 1,
            },
        ),
        ("65m", "count by (their_service) (ALERTS)", {'{their_service="a"}': 3}),
    )


def _member(name: str) -> str:
    return f'{{method="x", service="svc", shard="svc-0", slo="api", their_service="{name}"}}'


@situation
def the_first_errors_bring_their_series(tried: Tried) -> None:
    """Five failures before the first scrape that shows them: lost as documented, and counted with `bridge`."""
    for what, events in ((EVENTS, 0), (f"{EVENTS}, data_loss: bridge", 5)):
        tried(what, {GOOD: "500+50x70", BAD: "_x30 5+0x40"}, counted("65m", "bad", events), fires("65m"))


@situation
def a_new_series_is_counted_to_the_event(tried: Tried) -> None:
    """Failures go on while their series is young: eight by its fourth scrape are eight, not stretched over the tile."""
    tried(
        f"{EVENTS}, data_loss: bridge",
        {GOOD: "500+50x70", BAD: "_x31 2 4 6 8 8x40"},
        ("65m", 'slo:events:1h{kind="bad"}', {'slo:events:1h{kind="bad", service="svc", shard="svc-0", slo="api"}': 8}),
        fires("65m"),
    )


FORMS = (
    ("events: {good: ok_total, bad: failed_total}", ("ok_total",), "failed_total"),
    ("events: {total: api_total, good: 'api_total{code=\"200\"}'}", (GOOD,), BAD),
    (
        "latency: {histogram: seconds, under: 1s, errors: 'failed_total'}",
        ("seconds_count", 'seconds_bucket{le="1"}'),
        "failed_total",
    ),
)
"""SLIs, with the series of their good and of their bad events."""


@situation
def the_first_errors_are_bridged_in_every_form(tried: Tried) -> None:
    """However the failures are told apart, the five before the first scrape are counted, and a gap hides nothing."""
    gap = "500+50x30 stale _x9 2550+50x30"
    for sli, good, bad in FORMS:
        tried(
            f"sli: {{{sli}}}, data_loss: bridge",
            dict.fromkeys(good, gap) | {bad: "_x20 5+0x10 stale _x9 5+0x30"},
            counted("70m", "bad", 5),
            ("70m", 'round(sum(slo:events:1h{kind="total"}) / 100)', {"{}": 30}),
            fires("70m"),
        )


@situation
def no_traffic(tried: Tried) -> None:
    """Counters that stand still are idle and not gone: no event, no ratio, no alert, and the budget is untouched."""
    tried(
        EVENTS,
        {GOOD: "500+0x70", BAD: "5+0x70"},
        counted("65m", "total", 0),
        ("65m", "slo:error_ratio:1h", {}),
        left("65m", 1),
        fires("65m"),
    )


@situation
def no_traffic_in_slices(tried: Tried) -> None:
    """Minutes without events are none, good ones or bad ones, as the file says; without a series it would be NoData."""
    series = {GOOD: "500+50x30 2000+0x40", BAD: "5+0x70"}
    quiet: Check = ("65m", "count by (tier) (ALERTS{alertstate='firing',tier='no-data'})", {})
    for empty, bad in (("", None), (", empty: good", 0), (", empty: bad", 5)):
        what = SLICED.replace("99%}", f"99%{empty}}}")
        slices = [] if bad is None else [counted("65m", "total", 5, "5m"), counted("65m", "bad", bad, "5m")]
        tried(what, series, counted("25m", "total", 5, "5m"), *slices, quiet)


@situation
def target_gone(tried: Tried) -> None:
    """Series end with their target: a page after ten minutes without records, and what had been counted stays."""
    tried(
        f"{EVENTS}, {TARGET}",
        {GOOD: "500+90x20 stale", BAD: "500+10x20 stale", UP: "1+0x20 0+0x40"},
        fires("19m"),
        counted("30m", "bad", 200),
        ("34m", "count(ALERTS{alertstate='firing',tier='no-data'})", {}),
        fires("36m", alert("no-data", "page")),
        counted("35m", "bad", 200),
        counted("35m", "total", 2000),
    )


@situation
def target_up_and_series_not_created(tried: Tried) -> None:
    """A target that answers had no request yet: quiet for as long as it takes, then counted from the first sample."""
    tried(
        f"{EVENTS}, {TARGET}",
        {UP: "1+0x90", GOOD: "_x40 500+50x50"},
        fires("39m"),
        counted("70m", "total", 1500),
        fires("70m"),
    )


MAINTAINED = "active"


@situation
def maintenance(tried: Tried) -> None:
    """Ten minutes of failures in maintenance: neither bad nor any events, and without the minutes at both ends."""
    tried(
        EVENTS,
        {GOOD: "5000+60x10 5600+0x10 5660+60x40", BAD: "5000+0x10 5060+60x9 5600+0x40", "active": "0x9 1x10 0x50"},
        counted("45m", "bad", 0),
        counted("45m", "total", 60 * (45 - 12)),
        fires("45m"),
        maintenance=MAINTAINED,
    )


@situation
def maintenance_spends_no_budget_and_gives_none_back(tried: Tried) -> None:
    """Half of every hour is maintenance: 2 % errors in the other half are 2 % of what counts, twice the budget of 1 %.

    The whole window is recorded: over one day of two, the budget is spent half as fast as it would be in two.
    """
    tried(
        EVENTS,
        {
            GOOD: "0+98x720",
            BAD: "0+2x720",
            "active": " ".join(["0x29 1x29"] * 13),
        },
        ratio("12h", 0.02, "1d"),
        ("12h", "round(1e2 * sum(slo:window_covered:ratio))", {"{}": 50}),
        ("12h", "round(1e1 * sum(slo:budget_remaining:ratio))", {"{}": 0}),
        maintenance=MAINTAINED,
    )


@situation
def a_ratio_of_nothing_is_idle(tried: Tried) -> None:
    """A share of nothing is NaN: no slice, no error, and no missing data either."""
    tried(
        "sli: {ratio: {error: failed / requests}}",
        {"failed": "0x90", "requests": "10x30 0x60"},
        counted("25m", "total", 5, "5m"),
        counted("80m", "total", 0, "5m"),
        counted("80m", "bad", 0, "5m"),
        fires("80m"),
    )


@situation
def an_idle_series_does_not_hide_a_failing_one(tried: Tried) -> None:
    """One pod fails always, the other has no traffic and so no share: the mean is that of the first."""
    tried(
        "sli: {ratio: {error: failed / requests}}",
        {
            'failed{pod="a"}': "7x60",
            'requests{pod="a"}': "7x60",
            'failed{pod="b"}': "0x60",
            'requests{pod="b"}': "0x60",
        },
        counted("30m", "total", 5, "5m"),
        counted("30m", "bad", 5, "5m"),
    )


@situation
def what_is_slow_and_failed_is_never_more_than_all(tried: Tried) -> None:
    """Of 100 events 60 are slow and 80 failed, told by another counter: no more than 100 can be bad."""
    tried(
        "sli: {latency: {histogram: seconds, under: 1s, errors: failed_total}}",
        {"seconds_count": "0+100x30", 'seconds_bucket{le="1"}': "0+40x30", "failed_total": "0+80x30"},
        counted("20m", "total", 500, "5m"),
        counted("20m", "bad", 500, "5m"),
    )


@situation
def failures_of_the_histogram_itself_count_once(tried: Tried) -> None:
    """Of 100 events 10 are both slow and failed, 5 failed and fast: 15 are bad, by whatever name they are called."""
    for errors in ('seconds{code="500"}', 'seconds_count{code="500"}'):
        tried(
            f"sli: {{latency: {{histogram: seconds, under: 1s, errors: '{errors}'}}}}",
            {
                'seconds_count{code="200"}': "0+85x30",
                'seconds_bucket{code="200",le="1"}': "0+85x30",
                'seconds_count{code="500"}': "0+15x30",
                'seconds_bucket{code="500",le="1"}': "0+5x30",
            },
            counted("20m", "bad", 75, "5m"),
        )


@situation
def a_group_as_a_whole(tried: Tried) -> None:
    """Two members, one ten times as large: the roll-up weighs events, and each member brings its own budget."""
    overrides = "group_by: [tenant], objectives: [{match: {tenant: gold}, objective: 99.9%}]"
    tried(
        f"{overrides}, {EVENTS}",
        {
            'api_total{code="200",tenant="a"}': "0+990x720",
            'api_total{code="500",tenant="a"}': "0+10x720",
            'api_total{code="200",tenant="gold"}': "0+99x360 _x400",
            'api_total{code="500",tenant="gold"}': "0+1x360 _x400",
        },
        # 7,200 + 360 bad of 720,000 + 36,000; allowed are 7,200 + 36, and half of the day is recorded.
        ("12h", "round(1e4 * sum(slo:rollup_error_ratio:1d))", {"{}": 100}),
        ("12h", "round(1e2 * sum(slo:rollup_budget_remaining:ratio))", {"{}": 48}),
    )


@situation
def slices_in_maintenance(tried: Tried) -> None:
    """The same for a probe: of 46 minutes the twelve that touch maintenance are left out, and the others are good."""
    tried(
        "sli: {up: probe_success}",
        {"probe_success": "1x10 0x9 1x40", "active": "0x9 1x10 0x50"},
        counted("45m", "total", 46 - 12),
        counted("45m", "bad", 0),
        fires("45m"),
        maintenance=MAINTAINED,
    )


@situation
def a_service_that_is_switched_off_for_maintenance(tried: Tried) -> None:
    """Nothing is told about series that are missing in maintenance; ten minutes after its end something is."""
    tried(
        EVENTS,
        {GOOD: "500+50x10 stale", "active": "0x10 1x39 0x40"},
        fires("50m"),
        fires("58m"),
        fires("62m", alert("no-data")),
        maintenance=MAINTAINED,
    )


LEAVING = {
    'api_total{code="200",tenant="a"}': "500+50x60",
    'api_total{code="200",tenant="b"}': "500+30x20 stale",
}


@situation
def one_member_gone(tried: Tried) -> None:
    """A tenant that left is no emergency: nothing fires, its events stay in the windows, others are counted."""
    tried(
        GROUPED,
        LEAVING,
        fires("50m"),
        ("50m", 'round(slo:events:1h{kind="total",tenant="b"})', {member("b", "total"): 600}),
        ("50m", 'round(slo:events:1h{kind="total",tenant="a"})', {member("a", "total"): 2500}),
    )


def member(tenant: str, kind: str) -> str:
    """The labels of a record."""
    return f'{{kind="{kind}", service="svc", shard="svc-0", slo="api", tenant="{tenant}"}}'


@situation
def one_member_gone_and_missed(tried: Tried) -> None:
    """Where that is asked for, one ticket names the member, ten minutes after its last record."""
    tried(
        f"{GROUPED}, alerts: {{no_data_members: ticket}}",
        LEAVING,
        fires("34m"),
        fires("36m", alert("member-no-data", tenant="b")),
    )


@situation
def all_members_gone(tried: Tried) -> None:
    """Then there is no data at all: one ticket for the SLO, and none for a member."""
    series = LEAVING | {'api_total{code="200",tenant="a"}': "500+50x30 stale"}
    tried(f"{GROUPED}, alerts: {{no_data_members: ticket}}", series, fires("44m"), fires("46m", alert("no-data")))


@situation
def counter_reset(tried: Tried) -> None:
    """A process restarts twice in an hour: 3,600 good and 60 bad events are all counted."""
    tried(
        EVENTS,
        {GOOD: "900+60x19 60+60x24 60+60x30", BAD: "50+1x29 1+1x50"},
        counted("70m", "total", 3660),
        counted("70m", "bad", 60),
        ratio("70m", 60 / 3660),
    )


@situation
def metric_renamed(tried: Tried) -> None:
    """The series goes on under another name: told after ten minutes, and what was counted under the old one stays."""
    tried(
        EVENTS,
        {GOOD: "500+60x30 stale", 'api_requests_total{code="200"}': "_x31 2300+60x60"},
        fires("44m"),
        fires("46m", alert("no-data")),
        counted("60m", "total", 1800),
    )


@situation
def metric_renamed_in_time(tried: Tried) -> None:
    """A selector that takes both names counts on: only the growth between the last and the first sample is missed."""
    names = '{__name__=~"api_total|api_requests_total"'
    tried(
        f"sli: {{events: {{total: '{names}}}', bad: '{names},code=\"500\"}}'}}}}",
        {'api_total{pod="1"}': "500+60x30 stale", 'api_requests_total{pod="2"}': "_x31 500+60x60"},
        *between("65m", "total", 60 * 60 - 60, 60 * 60),
        fires("65m"),
    )


@situation
def pods_replaced(tried: Tried) -> None:
    """Each of two pods gives way to a new one whose counters begin at zero: every event that was scraped is counted."""
    pods = {
        'api_total{code="200",pod="1"}': "9000+50x20 stale",
        'api_total{code="200",pod="2"}': "7000+50x30 stale",
        'api_total{code="200",pod="3"}': "_x21 0+50x60",
        'api_total{code="200",pod="4"}': "_x31 0+50x60",
        'api_total{code="500",pod="3"}': "_x21 0+5x60",
    }
    good = 50 * (20 + 30 + (65 - 21) + (65 - 31)) - 50 * 5 * 2  # the hour begins at minute 5
    bad = 5 * (65 - 21)
    tried(
        EVENTS,
        pods,
        *between("65m", "total", (good + bad) * 0.98, (good + bad) * 1.02),
        *between("65m", "bad", bad - 2, bad),
        ("65m", "count(ALERTS{alertstate='firing',tier='no-data'})", {}),
    )


@situation
def prometheus_just_installed(tried: Tried) -> None:
    """Counters that are large already and 5 % errors: what happened before is unknown and not bad."""
    minutes = 10
    known = minutes / (24 * 60)
    tried(
        EVENTS,
        {GOOD: "1000000+95x20", BAD: "1000000+5x20"},
        ("1m", "ALERTS", {}),
        counted("10m", "total", 100 * minutes),
        counted("10m", "bad", 5 * minutes),
        ratio("10m", 0.05),
        ("10m", "round(1e6 * sum(slo:window_covered:ratio))", {"{}": round(known * 1e6)}),
        left("10m", 1 - 5 * known),
        ("10m", "ALERTS", {}),
    )


@situation
def never_any_series(tried: Tried) -> None:
    """A selector that matches nothing, from the first evaluation on, is told after ten minutes; nothing else fires."""
    tried(EVENTS, {"other_total": "0+1x20"}, fires("9m"), fires("10m", alert("no-data")))
