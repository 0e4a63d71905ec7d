"""Target `tests`: what the emitted unit tests say, and for which SLOs there are some."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import pytest
from msgspec.structs import replace

from slo.emit import EMITTERS
from slo.emit.context import Context
from slo.emit.tests import relative
from slo.model import Scale, Slo
from slo.plan import plan
from slo.plan.rules import AlertFacts
from slo.promql import parse_duration, parse_selector
from slo.ruletests.batching import batches_of
from slo.ruletests.fixtures import fixtures
from slo.ruletests.scenario import FiringAlert
from slo.ruletests.timing import Detection, firing
from slo.sli.events import Events
from tests.documents import load
from tests.specimens import DAY, LAYOUT, availability, emitted, latency, objective, slo_set


def file(*slos: Slo, scale: Scale | None = None) -> dict[str, Any]:
    """The test file for these SLOs, as data."""
    return dict(load(emitted("tests", slo_set(*slos), scale)))


def scenarios(*slos: Slo, scale: Scale | None = None) -> list[str]:
    """The first words of the names of its cases."""
    return [case["name"].partition(":")[0] for case in file(*slos, scale=scale)["tests"]]


SLOW = "slow burn: errors a little too rare for a page raise a ticket"
WAVERING = "wavering: a budget around zero raises one alert, which ends when enough is left again"
FACT = AlertFacts("SvcApiBudgetBurn", "page-fast", "page")
EVERY = [
    "healthy",
    "total outage",
    "recovery",
    "slow burn",
    "fresh start",
    "few failures",
    "wavering",
    "idle",
    "series gone",
]


def test_each_scenario_is_a_case() -> None:
    """Nine of them for an SLO as it comes, in an order that can be read."""
    assert scenarios(objective()) == EVERY


def test_tickets_instead_of_pages_are_tested_as_early() -> None:
    """The same tiers are expected at the same times after a fresh start; only their severity differs."""
    paging, quiet = (
        [
            check
            for case in file(slo)["tests"]
            if case["name"].startswith("fresh start")
            for check in case["promql_expr_test"]
        ]
        for slo in (objective(), objective(page="ticket"))
    )
    assert [check["eval_time"] for check in paging] == [check["eval_time"] for check in quiet]


def test_a_target_is_tried_up_and_down() -> None:
    """Instead of the series alone."""
    assert scenarios(objective(target='up{job="a"}')) == [*EVERY[:-1], "target down", "target up"]


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"no_data": "off"}, {"series gone"}),
        ({"min_bad_events": 1}, {"few failures"}),
        ({"disable": ("ticket-fast", "ticket-slow")}, {"slow burn"}),
        ({"objective": Decimal("0.05")}, {"slow burn", "wavering"}),
        ({"exhausted": "off"}, {"wavering"}),
        (
            {"disable": ("page-fast", "page-slow", "ticket-fast", "ticket-slow"), "exhausted": "off"},
            {"total outage", "recovery", "slow burn", "few failures", "wavering"},
        ),
        (
            {"disable": ("page-fast", "page-slow", "ticket-fast", "ticket-slow")},
            {"recovery", "slow burn", "few failures"},
        ),
        ({"target": 'up{a="1",a="2"}'}, set()),
    ],
)
def test_what_cannot_happen_is_not_tried(settings: dict[str, Any], missing: set[str]) -> None:
    """Switched off, or without a ratio between ticket and page, or without a series for the target."""
    assert scenarios(objective(**settings)) == [name for name in EVERY if name not in missing]


def test_without_pages_the_slow_burn_is_a_multiple_of_what_raises_a_ticket() -> None:
    """There is no page threshold to stay below."""
    assert "slow burn" in scenarios(objective(disable=("page-fast", "page-slow")))


def test_slos_that_share_no_series_share_a_case() -> None:
    """The number of cases, and with it the time that they take, does not grow with such SLOs."""
    assert scenarios(objective("a"), objective("b"), objective("c", sli=latency())) == EVERY


def test_slos_that_read_the_same_series_have_cases_of_their_own() -> None:
    """What is bad for one is not bad for the other; the names tell the cases apart."""
    shared = [objective("a", sli=latency("s", "0.3")), objective("b", sli=latency("s", "1")), objective("c")]
    names = [case["name"] for case in file(*shared)["tests"]]
    assert len(names) == len(set(names)) == 2 * len(EVERY) - 2
    for long in (SLOW, WAVERING):  # of two that differ in names alone
        assert [name for name in names if name.startswith(long.partition(":")[0])] == [long]
    assert names[0].endswith(" (1 of 2)")
    assert names[1].endswith(" (2 of 2)")


def test_many_slos_are_spread_over_cases_of_bounded_size() -> None:
    """A hundred members of a shard share a case and no more, as promtool takes a limited number of samples."""
    for slos, shards, wanted in ((100, 1, [100]), (101, 1, [100, 1]), (101, 2, [101]), (510, 9, [500, 10])):
        members = slo_set(*(objective(f"api-{n}") for n in range(slos)), shards=shards)
        tested, _ = fixtures(plan(members, Scale()))
        assert [len(batch) for batch in batches_of(tested)] == wanted
    groups = (objective(f"api-{n}", group_by=("tenant",)) for n in range(51))
    tested, _ = fixtures(plan(slo_set(*groups), Scale()))
    assert [len(batch) for batch in batches_of(tested)] == [50, 1]


def test_an_slo_without_example_series_is_named() -> None:
    """A comment says that it is not tested; alone it leaves no test."""
    sli = Events(parse_selector("x_total"), None, parse_selector("x_total"))
    text = emitted("tests", slo_set(objective("blind", sli=sli)))
    assert "# Not tested, no series of its queries makes a good event alone: svc/blind\n" in text
    assert load(text)["tests"] == []
    assert scenarios(objective("blind", sli=sli), objective("api")) == EVERY


def test_tests_do_not_depend_on_the_rules() -> None:
    """Rules that were planned wrong change nothing in the tests: they come from the specification."""
    members = slo_set(objective())
    planned = plan(members, Scale())
    broken = replace(planned, groups=())
    emit = EMITTERS["tests"]
    assert list(emit(broken, Context(LAYOUT))) == list(emit(planned, Context(LAYOUT)))


@pytest.mark.parametrize("window", [1, 7, 14, 28, 30, 90, 365])
@pytest.mark.parametrize("share", ["0.5", "0.9", "0.999", "0.99999"])
@pytest.mark.parametrize("scale", [Scale(), Scale(interval=300), Scale(20, 5, 5), Scale(60, 1, 1)], ids=str)
def test_tests_are_short_and_on_evaluations(window: int, share: str, scale: Scale) -> None:
    """No case is longer than a day, scaled; every check is at an evaluation; input series end with the last check."""
    made = file(objective(window=window * DAY, objective=Decimal(share)), scale=scale)
    assert parse_duration(made["evaluation_interval"]) == scale.interval
    tick = min(scale.interval, 60)
    for case in made["tests"]:
        assert parse_duration(case["interval"]) == tick
        times = [parse_duration(check["eval_time"]) for check in case["promql_expr_test"]]
        assert all(at % scale.interval == 0 for at in times)
        assert 0 < max(times) <= DAY / scale.factor + scale.interval
        for series in case["input_series"]:
            assert sum(int(n) + 1 for n in re.findall(r"x(\d+)", series["values"])) <= max(times) / tick + 2


def test_nothing_is_checked_where_rounding_decides() -> None:
    """At 95 % `page-slow` is due after exactly 108 minutes: before that there is none, after it there is."""
    (case,) = [case for case in file(objective(objective=Decimal("0.95")))["tests"] if "outage" in case["name"]]
    alert = {check["eval_time"]: [s["labels"] for s in check["exp_samples"]] for check in case["promql_expr_test"]}
    assert "1h48m" not in alert
    assert not any("page-slow" in labels for labels in alert["1h47m"])
    assert any("page-slow" in labels for labels in alert["1h49m"])


def test_checks_that_collide_are_moved() -> None:
    """A check at an evaluation where rounding decides about another alert moves to the next one."""
    known = [
        Detection(FiringAlert(FACT), Fraction(600), 540, 660),
        Detection(FiringAlert(FACT), Fraction(590), 540, 600),
    ]
    assert firing(known, 600) is None
    assert firing(known, 540) == []
    assert len(firing(known, 660) or []) == 2


def test_no_page_is_expected_of_a_slow_burn() -> None:
    """The last check of the tickets' scenario lists tickets alone."""
    (case,) = [case for case in file(objective())["tests"] if case["name"].startswith("slow burn:")]
    samples = [s["labels"] for check in case["promql_expr_test"] for s in check["exp_samples"] if "tier" in s["labels"]]
    assert samples
    assert all('severity="ticket"' in labels for labels in samples)


def test_only_what_grows_with_good_events_is_there_before_the_first_error() -> None:
    """A service that never failed has no series of failures."""
    made = file(objective(sli=availability("x_total")))["tests"]
    assert [s["series"] for s in made[0]["input_series"]] == ['x_total{code="200"}']


@pytest.mark.parametrize(
    ("target", "folder", "path"),
    [
        ("rules.yml", ".", "rules.yml"),
        ("prometheus/rules/slo.yml", "prometheus/tests", "../rules/slo.yml"),
        ("rules.yml", "a/b", "../../rules.yml"),
        ("a/rules.yml", ".", "a/rules.yml"),
    ],
)
def test_the_rule_file_is_named_relative_to_the_tests(target: str, folder: str, path: str) -> None:
    """Promtool looks for it from the folder of the test file."""
    assert relative(PurePosixPath(target), PurePosixPath(folder)) == PurePosixPath(path)
