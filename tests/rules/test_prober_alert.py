"""The alert about the prober: judged by both promtools, and routed."""

import subprocess
from pathlib import Path

from tests.documents import load
from tests.rules.judge import linted, verdict

ROOT = Path(__file__).parents[2]
RULES = ROOT / "monitoring/prometheus/rules/prober.yml"
CASES = ROOT / "monitoring/prometheus/tests/prober.test.yml"
ROUTES = ROOT / "monitoring/alertmanager/alertmanager.yml"


def test_promtool_accepts_the_rules_and_the_cases_hold(promtool: Path) -> None:
    """It fires when a tenth of the probes have no result, ends with its cause, and is quiet for one short pause."""
    assert linted(promtool, RULES) == ""
    assert verdict(promtool, CASES) == ""


def test_it_is_a_ticket(amtool: Path) -> None:
    """A prober that measures nothing costs no customer anything."""
    (rule,) = [rule for group in load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    labels = [f"alertname={rule['alert']}", *(f"{key}={value}" for key, value in rule["labels"].items())]
    command: list[str | Path] = [amtool, "config", "routes", "test", f"--config.file={ROUTES}", *labels]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "ticket"
