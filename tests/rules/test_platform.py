"""The alerts about the monitoring itself: judged by both promtools, complete in cases, routes and pages."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from box.doctor.alertpath import ALERT as DOCTORS
from tests.documents import dump, load
from tests.rules.judge import linted, verdict

ROOT = Path(__file__).parents[2]
RULES = ROOT / "monitoring/prometheus/rules/platform.yml"
CASES = ROOT / "monitoring/prometheus/tests/platform.test.yml"
ROUTES = ROOT / "monitoring/alertmanager/alertmanager.yml"
ALERTS = [rule for group in load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def cases() -> list[dict[str, Any]]:
    """The cases of the committed file."""
    found: list[dict[str, Any]] = load(CASES.read_text(encoding="utf-8"))["tests"]
    return found


def test_promtool_finds_nothing_to_complain_about(promtool: Path) -> None:
    """Every linter of both versions accepts the rules."""
    assert linted(promtool, RULES) == ""


def test_the_cases_hold(promtool: Path) -> None:
    """Each alert fires when it should and is quiet when it should not."""
    assert verdict(promtool, CASES) == ""


def test_every_alert_fires_in_a_case_and_is_quiet_in_one() -> None:
    """An alert without a case that fires is not proven; those of all parts are quiet when all is well."""
    fired = {
        (check["alertname"], alert["exp_labels"]["severity"], _signal(check["alertname"], alert["exp_labels"]))
        for case in cases()
        for check in case.get("alert_rule_test", [])
        for alert in check["exp_alerts"]
    }
    wanted = {(rule["alert"], rule["labels"]["severity"], rule["labels"].get("signal")) for rule in ALERTS}
    healthy = [case for case in cases() if case["name"].startswith("healthy")]

    assert fired == wanted
    assert len(healthy) == 2
    for case in healthy:
        assert {check["expr"] for check in case["promql_expr_test"]} == {
            'ALERTS{alertname!="Watchdog",alertstate="firing"}'
        }


def test_the_docs_answer_for_every_alert() -> None:
    """Each alert has a row that says why it is a page or a ticket, with the severity that it has."""
    page = (ROOT / "docs/platform-alerts.md").read_text(encoding="utf-8")
    section = page.split("## Page or ticket")[1].split("\n## ")[0]
    rows = {(cells[1].strip().split("`")[1], cells[2].strip()) for cells in _cells(section) if "`" in cells[1]}

    others = [
        rule
        for name in ("prober", "infrastructure")
        for group in load((RULES.parent / f"{name}.yml").read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]
    alerts = {(rule["alert"], rule["labels"]["severity"]) for rule in (*ALERTS, *others)}
    assert rows == alerts | {("WatchdogMissing", "page")}


def _cells(page: str) -> list[list[str]]:
    """Return the cells of each line of the tables of a page."""
    return [line.split("|") for line in page.splitlines() if line.startswith("|")]


def _signal(alert: str, labels: dict[str, str]) -> str | None:
    """Return the signal that the rule itself sets; other alerts take it from their series."""
    return labels.get("signal") if alert.startswith("Collector") else None


def test_rules_that_never_fire_fail_all_cases_that_expect_them(promtools: dict[str, Path], tmp_path: Path) -> None:
    """The cases notice when a rule is broken: with none that can fire, every case of an alert fails."""
    document = load(RULES.read_text(encoding="utf-8"))
    for group in document["groups"]:
        for rule in group["rules"]:
            rule["expr"] = f"({rule['expr']}) > Inf"
    for folder, name, text in (
        ("rules", "platform.yml", dump(document)),
        ("tests", "platform.test.yml", CASES.read_text(encoding="utf-8")),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")

    said = verdict([*promtools.values()][-1], tmp_path / "tests/platform.test.yml")

    expecting = [case["name"] for case in cases() if "alert_rule_test" in case]
    assert [name for name in expecting if f"name: {name}," not in said] == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_has_a_route(rule: dict[str, Any], amtool: Path) -> None:
    """Alertmanager says where an alert goes: pages and tickets by severity, the switch to its own receiver."""
    labels = [f"alertname={rule['alert']}", *(f"{key}={value}" for key, value in rule["labels"].items())]
    done = subprocess.run(
        [amtool, "config", "routes", "test", f"--config.file={ROUTES}", *labels],
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = "watchdog" if rule["alert"] == "Watchdog" else rule["labels"]["severity"]

    assert done.stdout.strip() == wanted


def test_the_test_alert_of_the_doctor_arrives_at_once() -> None:
    """It goes where everything without a severity goes, and waits for nobody."""
    routes = load(ROUTES.read_text(encoding="utf-8"))["route"]["routes"]
    (route,) = [route for route in routes if route["matchers"] == [f'alertname="{DOCTORS}"']]

    assert (route["receiver"], route["group_wait"]) == ("default", "0s")


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_means(rule: dict[str, Any]) -> None:
    """Severity, team, a summary, a description, and the page of its own name."""
    assert rule["labels"]["team"] == "platform"
    assert rule["labels"]["severity"] in {"page", "ticket"} or rule["alert"] == "Watchdog"
    texts = rule["annotations"]
    assert texts["summary"]
    assert texts["description"]
    assert texts["runbook_url"] == f"http://127.0.0.1:8091/runbooks/{rule['alert']}"
