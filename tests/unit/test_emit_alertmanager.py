"""Target `alertmanager`: a complete configuration whose routes are confirmed by amtool."""

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from slo.diagnostics import Diagnostic
from slo.errors import CompileError
from slo.model import Scale, Slo
from slo.plan import plan
from tests.documents import load
from tests.specimens import emitted, objective, slo_set

BASE = """\
global: {resolve_timeout: 5m}
route:
  receiver: default
  group_wait: 10s
  routes:
    - {matchers: ['alertname="Watchdog"'], receiver: watchdog}
receivers:
  - name: default
  - name: watchdog
  - name: crew-page
  - name: crew-ticket
  - name: other
  - name: page
  - name: ticket
inhibit_rules:
  - {source_matchers: ['a="1"'], target_matchers: ['b="1"'], equal: [x]}
"""


def config(*slos: Slo, base: str | None = BASE) -> dict[str, Any]:
    """The configuration for these SLOs, as data."""
    return dict(load(emitted("alertmanager", slo_set(*slos), alerting_base=base)))


def refused(base: str, *slos: Slo) -> Diagnostic:
    """The finding about a base that cannot be used."""
    with pytest.raises(CompileError) as caught:
        emitted("alertmanager", slo_set(*slos), alerting_base=base, alerting_base_file="am.yml", spec_file="slos.yaml")
    (found,) = caught.value.diagnostics
    assert found.place.file == "slos.yaml"
    return found


def confirmed(amtool: Path, file: Path, receiver: str, labels: dict[str, str]) -> bool:
    """Whether amtool sends an alert with these labels to that receiver alone."""
    pairs = [f"{label}={value}" for label, value in labels.items()]
    said = subprocess.run(
        [amtool, "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}", *pairs],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.returncode == 0


def test_every_alert_finds_its_receiver(amtool: Path, tmp_path: Path) -> None:
    """Team and severity first, then the team, then the severity; what is not ours goes where it went before."""
    members = slo_set(
        objective("a", team="crew"), objective("b", team="other"), objective("c", team="third"), objective("d", team="")
    )
    file = tmp_path / "alertmanager.yml"
    file.write_text(emitted("alertmanager", members, alerting_base=BASE), encoding="utf-8")
    assert not subprocess.run([amtool, "check-config", file], capture_output=True, check=False).returncode
    wanted = {"crew": "crew-{}", "other": "other", "third": "{}", "": "{}"}
    for planned in plan(members, Scale()).slos:
        for alert in planned.alerts:
            labels = {"alertname": alert.name, "service": "svc", "slo": planned.slo.name, "severity": alert.severity}
            labels |= {"tier": alert.tier} | ({"team": planned.slo.team} if planned.slo.team else {})
            assert confirmed(amtool, file, wanted[planned.slo.team].format(alert.severity), labels)
    assert confirmed(amtool, file, "watchdog", {"alertname": "Watchdog"})
    assert confirmed(amtool, file, "default", {"alertname": "Other", "severity": "page"})
    assert confirmed(amtool, file, "default", {"service": "svc", "severity": "page", "team": "crew"})
    assert confirmed(amtool, file, "default", {"service": "another", "slo": "a", "severity": "page", "team": "crew"})


@pytest.mark.parametrize("team", ['say "hi"', "back\\slash", "{{ braces }}", "Größe", "a,b=c", "line\nbreak"])
def test_teams_with_any_name_have_a_route(team: str, amtool: Path, tmp_path: Path) -> None:
    """Quotes and backslashes in a team's name do not break the configuration."""
    file = tmp_path / "alertmanager.yml"
    file.write_text(emitted("alertmanager", slo_set(objective(team=team)), alerting_base=BASE), encoding="utf-8")
    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    route = load(file.read_text(encoding="utf-8"))["route"]["routes"][0]
    assert route["receiver"] == "page"


def test_the_base_stays_as_it_is() -> None:
    """Its settings, receivers, routes and inhibitions are kept; ours come before them."""
    made, base = config(objective()), load(BASE)
    for key in ("global", "receivers"):
        assert made[key] == base[key]
    assert made["route"]["group_wait"] == "10s"
    assert made["route"]["routes"][-1:] == base["route"]["routes"]
    assert [route["receiver"] for route in made["route"]["routes"]] == ["crew-page", "crew-ticket", "watchdog"]
    assert made["inhibit_rules"][-1:] == base["inhibit_rules"]


def test_a_page_silences_tickets_of_the_same_slo_alone() -> None:
    """Equal service and SLO; what says that the budget is spent or unknown is never silenced, nor silences."""
    *rules, _ = config(objective())["inhibit_rules"]
    assert len(rules) == 2
    for rule, tier in zip(rules, ("page-fast", "page-slow"), strict=True):
        assert rule["equal"] == ["service", "slo"]
        assert {'severity="page"', f'tier="{tier}"', 'service=~"svc"'} <= {*rule["source_matchers"]}
        assert {'severity="ticket"', 'tier!~"exhausted|no-data|member-no-data"'} <= {*rule["target_matchers"]}
        assert 'service=~"svc"' in rule["target_matchers"]


def test_each_tier_that_pages_has_an_inhibition_rule_of_its_own() -> None:
    """Named once, whatever number of SLOs have it; a set without such tiers has no rule, though no data may page."""
    quiet = objective("b", disable=("page-slow",))
    assert [source(rule) for rule in config(quiet)["inhibit_rules"][:-1]] == ['tier="page-fast"']
    assert [source(rule) for rule in config(objective(), quiet)["inhibit_rules"][:-1]] == [
        'tier="page-fast"',
        'tier="page-slow"',
    ]
    silent = objective(disable=("page-fast", "page-slow"), no_data="page", exhausted="page")
    assert config(silent)["inhibit_rules"] == load(BASE)["inhibit_rules"]


def source(rule: dict[str, Any]) -> str:
    """The tier that a rule lets inhibit."""
    (tier,) = (matcher for matcher in rule["source_matchers"] if matcher.startswith("tier"))
    return str(tier)


def test_a_page_of_one_member_leaves_the_tickets_of_others_alone() -> None:
    """The labels of groups have to be equal, too; alerts of SLOs without groups lack them on both sides."""
    rule = config(objective(group_by=("tenant",)), objective("b"))["inhibit_rules"][0]
    assert rule["equal"] == ["service", "slo", "tenant"]


def test_labels_and_external_labels_keep_inhibition_apart() -> None:
    """Names of `labels`, of `alerts.labels` and of `distinguish` have to be equal, each said once."""
    slos = (objective(labels=(("env", "prod"),)), replace_alert_labels(objective("b"), ("zone", "x")))
    members = replace(slo_set(*slos), distinguish=("cluster", "env"))
    rule = load(emitted("alertmanager", members, alerting_base=BASE))["inhibit_rules"][0]
    assert rule["equal"] == ["service", "slo", "cluster", "env", "zone"]


def replace_alert_labels(slo: Slo, *labels: tuple[str, str]) -> Slo:
    """The SLO with these labels under `alerts`."""
    return replace(slo, alerts=replace(slo.alerts, labels=labels))


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", ["cluster", "region"]),
        ("group_by: [service], ", ["service", "cluster", "region"]),
        ("group_by: [region, service], ", ["region", "service", "cluster"]),
        ("group_by: [cluster, region], ", None),
        ("group_by: [...], ", None),
    ],
)
def test_routes_group_by_external_labels(base: str, expected: list[str] | None) -> None:
    """They are added to what the base groups by; routes that would inherit them anyway say nothing."""
    text = BASE.replace(
        "  receiver: default\n  group_wait", f"  {base.rstrip(', ')}\n  receiver: default\n  group_wait"
    )
    members = replace(slo_set(), distinguish=("cluster", "region"))
    routes = load(emitted("alertmanager", members, alerting_base=text))["route"]["routes"]
    assert [route.get("group_by") for route in routes] == [expected, expected, None]


def test_without_a_base_a_minimal_configuration_is_made(amtool: Path, tmp_path: Path) -> None:
    """It loads, and every alert goes to its only receiver."""
    text = emitted("alertmanager", slo_set(objective()))
    file = tmp_path / "alertmanager.yml"
    file.write_text(text, encoding="utf-8")
    assert not subprocess.run([amtool, "check-config", file], capture_output=True, check=False).returncode
    made = load(text)
    assert {route["receiver"] for route in made["route"]["routes"]} == {"default"}


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("route: [", "not YAML"),
        ("", "`route` is missing"),
        ("- a", "`route` is missing"),
        ("receivers: []", "`route` is missing"),
        ("route: default", "`route` is missing"),
        ("route: {receiver: a, routes: x}", "`route.routes` is not a list"),
        ("route: {receiver: a, group_by: x}", "`route.group_by` is not a list"),
        ("route: {receiver: a}\nreceivers: {name: a}", "`receivers` is not a list"),
        ("route: {receiver: a}\nreceivers: []\ninhibit_rules: x", "`inhibit_rules` is not a list"),
    ],
)
def test_a_base_that_cannot_be_used_is_an_error(base: str, why: str) -> None:
    """The message names the file and what is wrong with it, in one line."""
    found = refused(base, objective())
    assert found.code == "SLO080"
    assert found.message.startswith(f"the base configuration am.yml cannot be used: {why}")
    assert "\n" not in found.message


def test_a_missing_receiver_is_an_error() -> None:
    """The hint says which names would do."""
    found = refused("route: {receiver: a}\nreceivers: [{name: a}, {}, x]", objective())
    assert found.code == "SLO081"
    assert found.message == 'no receiver for severity "page" of team "crew"'
    assert found.hint == 'add a receiver named "crew-page" or "crew" or "page" to am.yml'
    assert "of team" not in refused("route: {receiver: a}", objective(team="")).message


def test_only_what_can_fire_is_routed() -> None:
    """A set without tickets has no route for them."""
    quiet = replace(objective(disable=("ticket-fast", "ticket-slow"), exhausted="off", no_data="off"))
    routes = config(replace(quiet, objective=Decimal("0.99")))["route"]["routes"]
    assert [route["receiver"] for route in routes] == ["crew-page", "watchdog"]


def test_labels_in_quotes_are_compared_by_inhibition(amtool: Path, tmp_path: Path) -> None:
    """A page of one route keeps the tickets of that route quiet; the pinned Alertmanager reads the label."""
    file = tmp_path / "alertmanager.yml"
    file.write_text(emitted("alertmanager", slo_set(objective("a", group_by=("http.route",)))), encoding="utf-8")
    rule, _ = load(file.read_text(encoding="utf-8"))["inhibit_rules"]
    assert rule["equal"] == ["service", "slo", "http.route"]
    assert not subprocess.run([amtool, "check-config", file], capture_output=True, check=False).returncode
