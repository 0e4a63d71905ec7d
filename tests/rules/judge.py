"""What promtool says about rules, alone or in unit tests."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from tests.documents import dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

ENVIRONMENT = {**os.environ, "GOGC": "400"}
"""Promtool allocates much and lives for seconds: collecting garbage less often saves a fifth of its time."""

SHOWN = 8
"""Most lines that are shown of what promtool says about a file."""
_VERDICT = re.compile(r"^  (FAILED:|SUCCESS)$", re.MULTILINE)


def run(promtool: Path, *arguments: str | Path) -> tuple[bool, str]:
    """Run promtool; whether it succeeded, and all that it said."""
    done = subprocess.run(
        [promtool, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    return done.returncode == 0, done.stdout


def verdict(promtool: Path, *tests: Path) -> str:
    """Run files of unit tests, all in one process; what failed, or nothing."""
    succeeded, said = run(promtool, "test", "rules", *tests)
    return "" if succeeded else said


def check(promtool: Path, *rules: Path) -> str:
    """Check the rules themselves, duplicates included; what is wrong, or nothing."""
    succeeded, said = run(promtool, "check", "rules", *rules)
    return "" if succeeded and "duplicate" not in said else said


def linted(promtool: Path, *rules: Path) -> str:
    """Check the rules with every linter that promtool has; its findings, or nothing."""
    succeeded, said = run(promtool, "check", "rules", "--lint=all", "--lint-fatal", *rules)
    return "" if succeeded and "duplicate" not in said else said


def failures(promtool: Path, files: Sequence[Path]) -> dict[Path, str]:
    """Run files of unit tests in one process; what failed in each, with the alerts in question as they are written."""
    said = verdict(promtool, *files)
    if not said:
        return {}
    _, *parts = _VERDICT.split(said)  # not every version names the files, but all speak of each in turn
    verdicts = zip(files, parts[::2], parts[1::2], strict=True)
    return {path: explained(path, text) for path, word, text in verdicts if word == "FAILED:"}


def explained(path: Path, text: str) -> str:
    """The first failures of a file of unit tests, and the alerts that they speak of."""
    shown = "\n".join(text.strip("\n").splitlines()[:SHOWN])
    (rules,) = load(path.read_text(encoding="utf-8"))["rule_files"]
    return "\n".join([shown, *spoken_of(shown, (path.parent / rules).read_text(encoding="utf-8"))][: 2 * SHOWN])


def spoken_of(text: str, rules: str) -> Iterator[str]:
    """The alerts of a rule file that a message names, by tier and where it does so by name."""
    named = "alertname=" in text
    for group in load(rules)["groups"]:
        for rule in group["rules"]:
            tier = rule.get("labels", {}).get("tier")
            if tier and f'tier="{tier}"' in text and (not named or f'"{rule["alert"]}"' in text):
                rest = f"expr: {rule['expr'].partition(chr(10))[0]} ..."
                yield f"    written: alert: {rule['alert']}, tier: {tier}, for: {rule.get('for', '0s')}, {rest}"


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


def put(folder: Path, rules: str, step: str, *cases: Mapping[str, object]) -> Path:
    """Write rules, evaluated every `step`, and these cases of them into a folder; the path of the cases."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": step, "tests": list(cases)}
    text = dump(tests)
    (folder / "cases.yml").write_text(text, encoding="utf-8")
    return folder / "cases.yml"


def judged(promtool: Path, folder: Path, rules: str, step: str, *cases: Mapping[str, object]) -> str:
    """What promtool says about rules, evaluated every `step`, in these cases; nothing when all is as expected."""
    return verdict(promtool, put(folder, rules, step, *cases))
