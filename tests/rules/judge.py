"""What promtool says about a file of unit tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def verdict(promtool: Path, tests: Path) -> str:
    """Run the unit tests; what failed, or nothing."""
    done = subprocess.run([promtool, "test", "rules", tests], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def check(promtool: Path, rules: Path) -> str:
    """Check the rules themselves, duplicates included; what is wrong, or nothing."""
    done = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and "duplicate" not in said else said


def linted(promtool: Path, rules: Path) -> str:
    """Check the rules with every linter that promtool has; its findings, or nothing."""
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", rules], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and "duplicate" not in said else said


def case(
    name: str, step: str, series: Mapping[str, str], *checks: tuple[str, str, Mapping[str, float]]
) -> dict[str, object]:
    """A test case: series with their values every `step`, and (time, expression, samples by labels) to be seen."""
    return {
        "name": name,
        "interval": step,
        "input_series": [{"series": which, "values": values} for which, values in series.items()],
        "promql_expr_test": [
            {
                "eval_time": at,
                "expr": expr,
                "exp_samples": [{"labels": labels, "value": value} for labels, value in samples.items()],
            }
            for at, expr, samples in checks
        ],
    }


def judged(promtool: Path, folder: Path, rules: str, step: str, *cases: Mapping[str, object]) -> str:
    """What promtool says about rules, evaluated every `step`, in these cases; nothing when all is as expected."""
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": step, "tests": list(cases)}
    (folder / "cases.yml").write_text(yaml.safe_dump(tests, width=1_000_000), encoding="utf-8")
    return verdict(promtool, folder / "cases.yml")
