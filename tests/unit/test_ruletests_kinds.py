"""Target `tests` for slices, groups, ages, native histograms and bridged data: what is fed, and what is expected."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from slo.model import Options, Scale
from slo.plan import plan
from slo.promql import parse_duration
from slo.ruletests import slice_history, timing
from slo.ruletests.fixtures import fixtures
from slo.ruletests.samples import Phase, samples
from slo.ruletests.slice_history import History
from tests.documents import load
from tests.rules.kinds import KINDS, UNTESTED, compiled, everything, specification
from tests.specimens import emitted, texts

if TYPE_CHECKING:
    from slo.ruletests.facts import SloFacts
    from slo.ruletests.fixtures import Fixture


def fixture(kind: str, interval: int = 60) -> Fixture:
    """The SLO of this kind, evaluated so often."""
    (found,), _ = fixtures(plan(compiled(specification({kind: KINDS[kind]})), Scale(interval=interval)))
    return found


def facts(kind: str, interval: int = 60) -> SloFacts:
    """What its scenarios are computed from."""
    return fixture(kind, interval).facts


def case(kind: str, scenario: str) -> dict[str, Any]:
    """One case of the test file of an SLO of this kind."""
    made = load(emitted("tests", compiled(specification({kind: KINDS[kind]}))))["tests"]
    (found,) = [one for one in made if one["name"].startswith(f"{scenario}:")]
    return dict(found)


PHASES = (Phase(2, good=1), Phase(1, bad=1), Phase(2, good=1, absent=True))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("under", "_ 100+0x1 101 stale _x1"),
        ("over", "_ 0.25+0x1 -0.75 stale _x1"),
        ("up", "_ 1+0x1 0 stale _x1"),
        ("fresh", "_ 60+60x1 -780 stale _x1"),
        ("events", "0+1x2 2+0x0 stale _x1"),
    ],
)
def test_samples_are_those_of_the_kind(kind: str, values: str) -> None:
    """A gauge shows its state, a timestamp stays behind while it is bad, a counter counts; the last scrapes fail."""
    assert samples(facts(kind), PHASES)[0][1] == values


def test_a_slice_has_as_many_samples_as_fit_into_a_minute() -> None:
    """Evaluated every 15 seconds, a bad minute has four bad samples, the last of them at its end."""
    quarter = facts("under", 15)
    phases = slice_history.phases(quarter, [False, True], 1)
    assert samples(quarter, phases)[0][1] == "_ 100+0x3 101+0x3"


@pytest.mark.parametrize(
    ("interval", "silent", "fires"), [(60, 60, 120), (15, 120, 135), (300, 0, 300)], ids=["1m", "15s", "5m"]
)
def test_an_outage_in_slices_pages_when_enough_of_them_are_known(interval: int, silent: int, fires: int) -> None:
    """4.8 % of half an hour are 86.4 seconds, recorded from the first minute on, and two bad minutes are asked for."""
    known = {m.alert.fact.tier: m for m in timing.detections(facts("under", interval), Fraction(1))}
    assert (known["now"].silent, known["now"].fires) == (silent, fires)


def test_a_history_is_counted_minute_by_minute() -> None:
    """Two bad minutes of three are above the limits as soon as there are two, until they leave the short window."""
    history = History.of(facts("under"), [True, True, False, *[False] * 10])
    firing = {at: [alert.fact.tier for alert in history.firing(at) or ()] for at in range(60, 660, 60)}
    assert [at for at, tiers in firing.items() if "now" in tiers] == [120, 180, 240, 300, 360]
    assert history.firing(0) == []


def test_what_depends_on_the_version_is_left_open() -> None:
    """A rate over two minutes may or may not reach into the bad minute before: neither outcome is expected."""
    slow = facts("sliced-slowly")
    assert slice_history.uncertain_minutes(slow) == 1
    assert slice_history.uncertain_minutes(facts("sliced")) == 0
    history = History.of(slow, [True, False, False])
    assert (history.fewest, history.most) == ((0, 1, 1, 1), (0, 1, 2, 2))
    assert history.firing(120) is None
    assert history.firing(60) == []


def test_members_of_a_group_have_their_own_series() -> None:
    """Two with the objective of the SLO and one for each exception; their labels are on series and alerts."""
    found = facts("grouped")
    assert [dict(member.labels)["tenant"] for member in (*found.members, *found.overridden)] == ["one", "two", "gold"]
    outage = case("grouped", "total outage")
    series = [row["series"] for row in outage["input_series"]]
    assert {'gr_total{tenant="one",code="500"}', 'gr_total{tenant="gold",code="500"}'} <= set(series)
    firing = [
        sample["labels"]
        for check in outage["promql_expr_test"]
        if check["eval_time"] == "2m"
        for sample in check["exp_samples"]
        if "alertname" in sample["labels"]
    ]
    assert any('tenant="gold"' in labels for labels in firing)
    assert not any('tenant="two"' in labels for labels in firing)


def test_a_label_that_the_selector_restricts_gets_a_value_it_accepts() -> None:
    """Members are found among the values that the selectors name, where they name any."""
    what = "sli: {threshold: {query: 'q{tenant=~\"red|blue\"}', under: 5}}, group_by: [tenant]"
    (found,), _ = fixtures(plan(compiled(specification({"a": what})), Scale()))
    assert [dict(member.labels)["tenant"] for member in found.facts.members] == ["red", "blue"]


def test_slos_that_differ_in_names_alone_are_computed_once() -> None:
    """Their facts are equal; those of one with another window differ."""
    same = dict.fromkeys(("a", "b"), KINDS["up"]) | {"c": f"{KINDS['up']}, window: 7d"}
    (a, b, c), _ = fixtures(plan(compiled(specification(same)), Scale()))
    assert a.facts == b.facts
    assert a.facts != c.facts
    assert a.with_names(a.facts.series("x")) == 'x{service="svc",slo="a"}'


def test_a_member_whose_name_looks_like_a_mark_is_no_problem() -> None:
    """What stands for the SLO's name is never part of what the user wrote."""
    what = f"{KINDS['grouped']}".replace("gold", "$slo$")
    text = emitted("tests", compiled(specification({"grouped": what})))
    assert 'tenant="$slo$"' in text
    assert "$$service$$" not in text


def test_what_cannot_be_tested_is_named_with_the_reason() -> None:
    """What looks back and, unless nothing older has to read the tests, native histograms."""
    text = emitted("tests", everything())
    assert '# Not tested, its query looks back with "offset": svc/offset\n' in text
    assert "# Not tested, promtool 2 has no native histograms (build with --prometheus 3): svc/native\n" in text


def test_native_histograms_have_observations_on_either_side_of_the_limit() -> None:
    """Buckets of schema 0 end at powers of two: for 0.3 those up to 0.25 and up to 1."""
    native = compiled(specification({"native": UNTESTED["native"]}))
    (text,) = texts("tests", native, options=Options(prometheus="3")).values()
    outage = next(one for one in load(text)["tests"] if one["name"].startswith("total outage"))
    (row,) = outage["input_series"]
    assert row["values"].startswith(
        "{{schema:0 sum:0.00 count:0 buckets:[0 0 0] offset:-2}}+{{schema:0 sum:1000.00 count:1000"
    )


def test_a_target_is_fed_once_and_for_as_long_as_anybody_asks() -> None:
    """SLOs with the same target share its series."""
    text = specification({"a": KINDS["events-good"], "b": KINDS["over"]})
    made = load(emitted("tests", compiled(text)))["tests"]
    (down,) = [one for one in made if one["name"].startswith("target down")]
    ups = [row["values"] for row in down["input_series"] if row["series"] == 'up{job="shop"}']
    assert len(ups) == 1
    last = max(parse_duration(check["eval_time"]) for check in down["promql_expr_test"])
    assert int(ups[0].removeprefix("0+0x")) * 60 == last


def test_bridged_data_are_fed_with_a_gap_and_a_stranger() -> None:
    """The good series miss three tiles, the bad one begins late, and a new instance has a large counter."""
    fed = {row["series"]: row["values"] for row in case("bridged", "lost data")["input_series"]}
    assert fed['br_total{code="200"}'] == "1000+100x20 stale _x13 4500+100x27"
    assert fed['br_total{code="500"}'].startswith("_x10 7+0x10 stale _x13 7+0x")
    assert fed['br_total{code="200",instance="new"}'].startswith("_x45 1000000+0x")


def test_native_histograms_have_no_case_of_bridged_data() -> None:
    """What they lost is not counted, whatever their SLO says."""
    slo = f"data_loss: bridge, {UNTESTED['native']}"
    (text,) = texts("tests", compiled(specification({"native": slo})), options=Options(prometheus="3")).values()

    names = [one["name"] for one in load(text)["tests"]]
    assert any(name.startswith("total outage") for name in names)
    assert not [name for name in names if name.startswith("lost data")]
