"""The alerts about Postgres and the disk: judged by both promtools, complete in cases."""

from collections import Counter
from pathlib import Path

from tests.conftest import ROOT
from tests.documents import load
from tests.rules.judge import linted, verdict

RULES = ROOT / "monitoring/prometheus/rules/infrastructure.yml"
CASES = ROOT / "monitoring/prometheus/tests/infrastructure.test.yml"


def test_promtool_accepts_the_rules_and_the_cases_pass(promtool: Path) -> None:
    """Each alert fires when it should and is quiet when it should not."""
    assert linted(promtool, RULES) == ""
    assert verdict(promtool, CASES) == ""


def test_every_alert_fires_in_a_case_and_pages_nobody() -> None:
    """An alert without a case that fires is not proven; all are tickets."""
    alerts = [rule for group in load(RULES.read_text())["groups"] for rule in group["rules"]]
    fired = Counter(
        check["alertname"]
        for case in load(CASES.read_text())["tests"]
        for check in case.get("alert_rule_test", [])
        if check["exp_alerts"]
    )

    assert fired.keys() == {rule["alert"] for rule in alerts}
    assert {rule["labels"]["severity"] for rule in alerts} == {"ticket"}
