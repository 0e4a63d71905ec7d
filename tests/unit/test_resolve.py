"""Files become sets of complete SLOs: defaults, merging, and what belongs to the whole set."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.errors import CompileError
from slo.load import Source, parse
from slo.model import AlertSettings, Slo, SloSet
from slo.resolve import resolve
from slo.schema import validate

HEAD = "version: 1\nservice: shop\n"
SLI = "sli: {events: {total: a, bad: b}}"
ONE = "slos: [{name: one, objective: 99%, " + SLI + "}]\n"


def sets(*texts: str, name: str | None = None) -> tuple[SloSet, ...]:
    """The sets of some files, called 0.yaml, 1.yaml and so on."""
    return resolve([validate(parse(Source(f"{n}.yaml", text))) for n, text in enumerate(texts)], name)


def codes(*texts: str) -> list[str]:
    """The codes of what is wrong with some files."""
    with pytest.raises(CompileError) as caught:
        sets(*texts)
    return [d.code for d in caught.value.diagnostics]


def one(more: str = "", slo: str = "") -> Slo:
    """The SLO of a file with more lines on top and more keys in its only SLO."""
    text = HEAD + more + "slos: [{name: one, " + slo + SLI + "}]\n"
    (slo_set,) = sets(text)
    return slo_set.slos[0]


def test_least() -> None:
    """What nobody says has its documented default."""
    slo = one(slo="objective: 99%, ")

    assert (slo.service, slo.name, slo.title, slo.team) == ("shop", "one", "one", "")
    assert (slo.objective, slo.budget, slo.window) == (Decimal("0.99"), Decimal("0.01"), 30 * 86_400)
    assert (slo.scrape_interval, slo.traffic, slo.labels) == (60, None, ())
    assert slo.alerts == AlertSettings()
    assert (slo.place.file, slo.place.path) == ("0.yaml", ("slos", 0))


def test_defaults() -> None:
    """`defaults` holds for SLOs that say nothing themselves."""
    slo = one("defaults: {objective: 99.5%, window: 7d, scrape_interval: 15s, owner: them, traffic: {per_second: 2}}\n")

    assert (slo.objective, slo.window, slo.scrape_interval) == (Decimal("0.995"), 7 * 86_400, 15)
    assert (slo.team, slo.traffic) == ("them", Decimal(2))


def test_an_slo_speaks_for_itself() -> None:
    """What an SLO says wins over `defaults`, and `defaults` over the file."""
    slo = one("owner: file\ndefaults: {objective: 99.5%, owner: defaults}\n", "owner: mine, objective: 90%, ")

    assert (slo.team, slo.objective) == ("mine", Decimal("0.9"))


def test_labels_add_up() -> None:
    """Labels of file, defaults and SLO are merged by name, the nearest wins; their order does not matter."""
    slo = one(
        "labels: {z: file, y: file, x: file}\ndefaults: {objective: 99%, labels: {y: defaults, x: defaults}}\n",
        "labels: {x: slo}, ",
    )

    assert slo.labels == (("x", "slo"), ("y", "defaults"), ("z", "file"))


@pytest.mark.parametrize(
    "label",
    "slo service team tier severity shard kind tile part b calendar tz time_scale le alertname __name__ 1st".split(),  # noqa: SIM905 - as the contract lists them
)
def test_labels_that_the_rules_need_are_reserved(label: str) -> None:
    """A second value would break a rule or an alert's identity, wherever it is written."""
    labels = f"labels: {{{label}: x}}"

    assert codes(HEAD + labels + "\n" + ONE) == ["SLO021"]
    assert codes(HEAD + f"defaults: {{{labels}}}\n" + ONE) == ["SLO021"]
    assert codes(HEAD + ONE.replace("objective", f"alerts: {{{labels}}}, objective")) == ["SLO021"]


def test_alert_settings_are_merged_key_by_key() -> None:
    """An SLO that changes one alert setting keeps the others of `defaults`; lists are replaced."""
    defaults = "defaults: {objective: 99%, alerts: {no_data: page, disable: [page-fast], labels: {x: d, y: d}}}\n"
    slo = one(defaults, "alerts: {exhausted: off, disable: [ticket-slow], labels: {y: s}, target: up}, ")

    assert slo.alerts == AlertSettings(
        disable=("ticket-slow",), labels=(("x", "d"), ("y", "s")), no_data="page", target="up", exhausted="off"
    )


@pytest.mark.parametrize(
    ("said", "severity"),
    [("", "ticket"), ("target: up", "page"), ("target: up, no_data: ticket", "ticket"), ("no_data: page", "page")],
)
def test_no_data_pages_with_a_target_unless_the_user_says_otherwise(said: str, severity: str) -> None:
    """A target that is down leaves no doubt; who wants a ticket for that gets one."""
    assert one(slo="objective: 99%, alerts: {" + said + "}, ").alerts.no_data == severity
    assert one("defaults: {objective: 99%, alerts: {" + said + "}}\n").alerts.no_data == severity


@pytest.mark.parametrize(("traffic", "events"), [("0.00001", 2), ("0.01", 4), ("0.1", 9), ("1000", 9)])
def test_bad_events_follow_from_traffic(traffic: str, events: int) -> None:
    """With known traffic so many bad events are needed that chance alone hardly pages (see `slo.traffic`)."""
    slo = one(slo=f"objective: 99.9%, traffic: {{per_second: {traffic}}}, ")

    assert slo.alerts.min_bad_events == events


def test_bad_events_are_enough_for_every_member() -> None:
    """Members with another objective have the same alerts, so that the largest number counts."""
    alike = "group_by: [tenant], traffic: {per_second: 0.01}, "
    own = "objectives: [{match: {tenant: free}, objective: 90%}], "

    assert one(slo="objective: 99.9%, " + alike).alerts.min_bad_events == 4
    assert one(slo="objective: 99.9%, " + alike + own).alerts.min_bad_events == 9


def test_traffic_says_nothing_about_slices() -> None:
    """Slices come once a minute whatever the traffic, so two bad ones stay enough."""
    sliced = "objective: 99%, traffic: {per_second: 0.5}, budgeting: {slices: 1m, target: 99%}, "

    assert one(slo=sliced).alerts.min_bad_events == 2


def test_wanted_bad_events_win() -> None:
    """Who names the number gets it, whatever the traffic."""
    slo = one(slo="objective: 99.9%, traffic: {per_second: 0.5}, alerts: {min_bad_events: 3}, ")

    assert slo.alerts.min_bad_events == 3


def test_sets() -> None:
    """Files are grouped by set, whose name is the service's unless the file says otherwise."""
    other = "version: 1\nservice: cart\nset: shop\n" + ONE
    third = "version: 1\nservice: pay\n" + ONE

    shop, pay = sets(HEAD + ONE, other, third)

    assert (shop.name, pay.name) == ("shop", "pay")
    assert [slo.service for slo in shop.slos] == ["shop", "cart"]
    assert shop.sources == ("0.yaml", "1.yaml")
    assert [s.name for s in sets(HEAD + ONE, third, name="all")] == ["all"]


def test_settings_of_the_set() -> None:
    """One file of a set may speak for all."""
    outputs = "outputs: {prometheus: rules.yml}\nshards: 3\ninterval: 30s\nalerting: {base: base.yml}\n"

    (slo_set,) = sets(HEAD + ONE, "version: 1\nservice: cart\nset: shop\n" + outputs + ONE)

    assert (slo_set.shards, slo_set.interval, slo_set.alerting_base) == (3, 30, "base.yml")
    assert slo_set.outputs == (("prometheus", "rules.yml"),)


@pytest.mark.parametrize(
    "key", ["shards: {}", "interval: {}m", "outputs: {{tests: {}.yml}}", "alerting: {{base: {}.yml}}"]
)
def test_files_that_do_not_agree(key: str) -> None:
    """Two files of a set that say different things about it are an error."""
    other = "version: 1\nservice: cart\nset: shop\n"

    assert codes(HEAD + key.format(1) + "\n" + ONE, other + key.format(5) + "\n" + ONE) == ["SLO029"]


def test_labels_to_distinguish_are_added_up() -> None:
    """Each file of a set may name external labels; none is named twice."""
    other = "version: 1\nservice: cart\nset: shop\nalerting: {distinguish: [region, cluster]}\n"

    (slo_set,) = sets(HEAD + "alerting: {distinguish: [cluster]}\n" + ONE, other + ONE)

    assert slo_set.distinguish == ("cluster", "region")


def test_the_same_file_twice() -> None:
    """The same SLOs given twice are told, not doubled."""
    assert codes(HEAD + ONE, HEAD + ONE) == ["SLO022"]


def test_two_sets_do_not_share_an_slo() -> None:
    """Their alerts would be the same for Alertmanager, whichever set they come from."""
    slos = "slos: [{name: on-e, objective: 99%, " + SLI + "}]\n"

    assert codes(HEAD + "set: a\n" + ONE, HEAD + "set: b\n" + ONE) == ["SLO022"]
    assert codes("version: 1\nservice: shop-on\n" + ONE.replace("one", "e"), HEAD + slos) == ["SLO023"]


def test_a_wrong_default_is_told_once() -> None:
    """A mistake in `defaults` is one problem, however many SLOs follow it."""
    slos = "slos:\n" + "".join(f"  - {{name: s{n}, objective: 99%, {SLI}}}\n" for n in range(5))

    assert codes(HEAD + "defaults: {window: 1y}\n" + slos) == ["SLO026"]


def test_a_wrong_default_objective_is_told_once() -> None:
    """So is a wrong objective, and it does not make the objective missing."""
    slos = "slos:\n" + "".join(f"  - {{name: s{n}, {SLI}}}\n" for n in range(5))

    assert codes(HEAD + "defaults: {objective: 100%}\n" + slos) == ["SLO024"]


def test_all_problems_at_once() -> None:
    """Every problem of every SLO of every file is told."""
    slos = "slos:\n  - {name: A, objective: 2, sli: {events: {total: a}}}\n  - {name: b, window: 1s, sli: {}}\n"

    assert codes(HEAD + slos, HEAD + "slos: []\n") == [
        "SLO020",
        "SLO024",
        "SLO042",
        "SLO026",
        "SLO028",
        "SLO014",
        "SLO030",
    ]


def test_policy_of_defaults_names_the_tiers() -> None:
    """Tiers of a policy that does not exist are not judged as well."""
    assert codes(HEAD + "defaults: {alerts: {policy: none, disable: [x]}}\n" + ONE) == ["SLO062"]


@given(st.permutations(["title: x", "objective: 99%", "window: 7d", "owner: me", "labels: {y: 1x, x: 2x}", SLI]))
@settings(max_examples=30)
def test_order_of_keys_does_not_matter(keys: list[str]) -> None:
    """However the keys of an SLO are ordered, it is the same SLO."""
    (slo_set,) = sets(HEAD + "slos: [{name: one, " + ", ".join(keys) + "}]\n")
    expected = one(slo="title: x, objective: 99%, window: 7d, owner: me, labels: {x: 2x, y: 1x}, ")

    assert slo_set.slos == (expected,)


@pytest.mark.parametrize("label", ["service", "team", "tier", "severity", "kind", "slo", "shard", "title"])
def test_the_repair_of_a_reserved_label_is_taken_as_it_is_printed(label: str) -> None:
    """Groups by a label that records have for themselves: the hint holds what has to be written."""
    with pytest.raises(CompileError) as caught:
        one(slo=f"objective: 99%, group_by: [{label}], ")
    (found,) = caught.value.diagnostics
    written = found.hint.partition(": ")[2]
    slo = one(slo=f"objective: 99%, group_by: [{written}], ")

    assert (found.code, slo.series_labels) == ("SLO021", (label,))
    assert slo.group_by[0].endswith(f"_{label}")


def test_labels_may_be_spelled_out_without_another_name() -> None:
    """`{label: method}` is `method`."""
    slo = one(slo='objective: 99%, group_by: [{label: method}, {label: "http.route", as: route}], ')

    assert (slo.group_by, slo.series_labels) == (("method", "route"), ("method", "http.route"))
