"""The rules of a set: which there are, in which order, and what they say."""

import pytest
from msgspec.structs import replace

from slo.model import Links, Scale, Slo, SloSet
from slo.plan import plan
from slo.plan.rules import Alert, Record
from tests.specimens import DAY, latency, objective, slo_set


def rules(members: SloSet, scale: Scale | None = None) -> list[Record | Alert]:
    """All rules of a set with one shard."""
    (group, *_) = plan(members, scale or Scale()).groups
    return list(group.rules)


def alerts(slo: Slo, scale: Scale | None = None) -> dict[str, Alert]:
    """The alert rules of an SLO by tier."""
    found = [rule for rule in rules(slo_set(slo), scale) if isinstance(rule, Alert)]
    return {dict(alert.labels)["tier"]: alert for alert in found}


def records(slo: Slo, name: str, scale: Scale | None = None) -> list[Record]:
    """The recording rules of a series."""
    return [r for r in rules(slo_set(slo), scale) if isinstance(r, Record) and r.name == name]


def test_every_rule_reads_what_was_recorded_before_it() -> None:
    """Base, cascade, ratios, information, budgets, alerts: one group, no lag."""
    kinds = [r.name if isinstance(r, Record) else "alert" for r in rules(slo_set(objective("a"), objective("b")))]
    order = [kinds.index(name) for name in ("slo:events:5m", "slo:events:1h", "slo:error_ratio:5m", "slo:info")]
    order += [kinds.index(n) for n in ("slo:budget:ratio", "slo:window_covered:ratio", "slo:budget_remaining:ratio")]
    assert order == sorted(order)
    assert kinds.index("alert") > max(i for i, kind in enumerate(kinds) if kind != "alert")
    assert kinds.count("slo:events:1h") == 1


def test_a_shard_is_a_group() -> None:
    """Every SLO is in the group of its shard, and no group is empty."""
    made = plan(slo_set(*(objective(f"s{n}") for n in range(20)), shards=3), Scale(interval=30))
    groups = [group for group in made.groups if not group.name.endswith("-late")]
    assert [group.name for group in groups] == ["slo-svc-0", "slo-svc-1", "slo-svc-2"]
    assert {group.interval for group in groups} == {30}
    assert {f"slo-{p.shard}" for p in made.slos} == {group.name for group in groups}


@pytest.mark.parametrize(("factor", "interval"), [(1, 300), (60, 5)])
def test_what_was_missed_is_made_up_for_in_a_group_of_its_own(factor: int, interval: int) -> None:
    """It is evaluated once in a tile, and right behind the group that reads from it."""
    made = plan(slo_set(objective()), Scale(factor, 1, 1))
    assert [group.name for group in made.groups] == ["slo-svc-0", "slo-svc-0-late"]
    late = made.groups[1]
    assert late.interval == interval
    assert {rule.name[-4:] for rule in late.rules} == {"_ago"}
    assert {rule.labels for rule in late.rules} == {(("shard", "svc-0"),)}


def test_the_base_range_is_a_tile_and_a_scrape() -> None:
    """The SLO's own scrape interval counts, unless the time scale brings another one."""
    assert "[5m14s999ms]" in records(objective(), "slo:events:5m")[0].expr
    assert "[5m59s999ms]" in records(objective(scrape_interval=60), "slo:events:5m")[0].expr
    total, _, covered = (r.expr for r in records(objective(), "slo:events:5m", Scale(60, 1, 1)))
    assert total == "5 * sum(rate(api_requests_total[5s999ms]))"
    assert covered == '1 * count_over_time(slo:events:5m{shard="svc-0",kind="total"}[4s999ms])'


def test_no_bad_series_is_no_bad_event_unless_the_sli_says_otherwise() -> None:
    """A counter that was never incremented is zero; a bucket that is missing is no measurement."""
    assert "\nor 0 * sum(slo:events:5m{" in records(objective(), "slo:events:5m")[1].expr
    assert " or 0 " not in records(objective(sli=latency()), "slo:events:5m")[1].expr


def test_recorded_series_have_no_label_that_may_change() -> None:
    """Title, team and labels stand on alerts and slo:info alone: a change of them cuts no history."""
    slo = objective(team="a", title="b", labels=(("env", "c"),))
    for rule in rules(slo_set(slo)):
        if isinstance(rule, Record) and rule.name != "slo:info":
            assert {label for label, _ in rule.labels} <= {"shard", "service", "slo", "kind"}


def test_info_tells_the_facts() -> None:
    """Objective and window as a person writes them, and the time scale where there is one."""
    (info,) = records(objective(), "slo:info")
    assert dict(info.labels) == {
        "shard": "svc-0",
        "service": "svc",
        "slo": "api",
        "objective": "0.999",
        "window": "30d",
        "team": "crew",
        "title": "The service answers",
    }
    (info,) = records(objective(team=""), "slo:info", Scale(60, 1, 1))
    assert dict(info.labels)["time_scale"] == "60"
    assert "team" not in dict(info.labels)


def test_budgets_of_several_windows_have_a_branch_for_each() -> None:
    """One rule for all SLOs of a shard; the windows are told apart by service and name."""
    members = slo_set(
        objective("a", window=7 * DAY),
        objective("b"),
        objective("c", window=7 * DAY),
        objective("d", window=7 * DAY, service="other"),
    )
    (covered,) = [r for r in rules(members) if r.name == "slo:window_covered:ratio"]
    assert covered.expr.split("\nor ") == [
        'sum without (kind) (slo:events:7d{shard="svc-0",service=~"other|svc",slo=~"a|c|d",kind="covered"}) / 604800',
        'sum without (kind) (slo:events:30d{shard="svc-0",service="svc",slo="b",kind="covered"}) / 2592000',
    ]


def test_an_slo_has_an_alert_for_each_tier_and_two_more() -> None:
    """Four tiers of one name, a spent budget, and no data."""
    assert {tier: alert.name for tier, alert in alerts(objective()).items()} == {
        "page-fast": "SvcApiBudgetBurn",
        "page-slow": "SvcApiBudgetBurn",
        "ticket-fast": "SvcApiBudgetBurn",
        "ticket-slow": "SvcApiBudgetBurn",
        "exhausted": "SvcApiBudgetExhausted",
        "no-data": "SvcApiNoData",
    }


def test_alerts_can_be_switched_off() -> None:
    """Every one of the six."""
    tiers = ("page-fast", "page-slow", "ticket-fast", "ticket-slow")
    assert alerts(objective(disable=tiers, exhausted="off", no_data="off")) == {}


def test_a_tier_compares_the_recorded_part_of_its_long_window() -> None:
    """Long window, weighed by what of it is recorded up to a third, short window, and enough bad events."""
    assert alerts(objective(min_bad_events=7))["page-slow"].expr == (
        'slo:error_ratio:6h{shard="svc-0",service="svc",slo="api"}\n'
        '  * ignoring (kind) clamp_max(slo:events:6h{shard="svc-0",service="svc",slo="api",kind="covered"} / 21600\n'
        '    + (slo:events:6h{shard="svc-0",service="svc",slo="api",kind="covered"} >= bool 7200), 1) > 0.006\n'
        'and slo:error_ratio:30m{shard="svc-0",service="svc",slo="api"} > 0.006\n'
        'and ignoring (kind) slo:events:6h{shard="svc-0",service="svc",slo="api",kind="bad"} >= 6.5'
    )


def test_a_spent_budget_fires_until_enough_is_left_again() -> None:
    """It begins at zero with enough bad events; what the server remembers of each member keeps it on until 5 %."""
    slo = replace(objective(min_bad_events=7), group_by=("tenant", "http.route"))
    assert alerts(slo)["exhausted"].expr == (
        'slo:budget_remaining:ratio{shard="svc-0",service="svc",slo="api"} <= 0\n'
        'and ignoring (kind) slo:events:30d{shard="svc-0",service="svc",slo="api",kind="bad"} >= 6.5\n'
        'or slo:budget_remaining:ratio{shard="svc-0",service="svc",slo="api"} < 0.05\n'
        'and on (service, slo, tenant, "http.route") ALERTS{alertname="SvcApiBudgetExhausted",alertstate="firing"}'
    )


@pytest.mark.parametrize(
    ("settings", "severity"),
    [
        ({}, "ticket"),
        ({"no_data": "page"}, "page"),
        ({"target": 'up{job="a"}', "no_data": "page"}, "page"),
        ({"target": 'up{job="a"}', "no_data": "ticket"}, "ticket"),
    ],
)
def test_no_data_has_the_severity_of_the_settings(settings: dict[str, str], severity: str) -> None:
    """With and without a target, which only decides whether silence is told at all."""
    alert = alerts(objective(**settings))["no-data"]
    assert dict(alert.labels)["severity"] == severity
    assert alert.pending == alert.kept == 600
    assert ("(up" in alert.expr) == ("target" in settings)


@pytest.mark.parametrize("target", ["up{job='a'} # the job", "up{\n  job=`a`,\n}", '{__name__="up",job="a"}'])
def test_a_target_fits_into_the_expression_however_it_is_written(target: str) -> None:
    """A comment, line breaks and quotes of the user do not reach into what follows."""
    assert alerts(objective(target=target))["no-data"].expr.endswith(') unless on () (up{job="a"} == 1)')


def test_labels_are_the_identity_of_an_alert() -> None:
    """The SLO's labels and those of its alerts, without its shard: moving it raises nothing anew."""
    slo = objective(team="")
    slo = replace(slo, labels=(("env", "demo"),), alerts=replace(slo.alerts, labels=(("area", "x"),)))
    assert dict(alerts(slo, Scale(60, 1, 1))["exhausted"].labels) == {
        "service": "svc",
        "slo": "api",
        "tier": "exhausted",
        "severity": "ticket",
        "time_scale": "60",
        "env": "demo",
        "area": "x",
        "shard": "",
    }


def test_links_are_filled_in() -> None:
    """The alert's own runbook, its set's dashboard; without a template there is no link."""
    slo = objective(links=Links("http://r/{alert}", "http://d/{uid}"))
    texts = dict(alerts(slo)["no-data"].annotations)
    assert texts["runbook_url"] == "http://r/SvcApiNoData"
    assert texts["dashboard_url"] == "http://d/slo-svc"
    assert "runbook_url" not in dict(alerts(objective())["no-data"].annotations)


def test_annotations_of_the_user_win() -> None:
    """They are texts, not templates."""
    slo = objective(annotations=(("summary", "mine {{ $value }}"), ("more", "x")))
    texts = dict(alerts(slo)["page-fast"].annotations)
    assert texts["summary"] == 'mine {{"{{"}} $value }}'
    assert texts["more"] == "x"


def test_descriptions_say_how_much_and_how_fast() -> None:
    """Burn rate, windows and budget as a person writes them."""
    texts = dict(alerts(objective())["page-fast"].annotations)
    assert "14.4" in texts["summary"]
    assert "1h" in texts["summary"]
    assert "0.1% over 30d are allowed" in texts["description"]


def test_time_scale_divides_windows_and_pending_times() -> None:
    """Names of series stay, seconds do not."""
    made = alerts(objective(), Scale(60, 1, 1))
    assert made["no-data"].pending == made["no-data"].kept == 10
    assert 'kind="covered"} / 60\n' in made["page-fast"].expr
    assert 'kind="covered"} >= bool 20), 1) > 0.0144' in made["page-fast"].expr
    (covered,) = records(objective(), "slo:window_covered:ratio", Scale(60, 1, 1))
    assert covered.expr.endswith("/ 43200")
