"""The test file as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql import duration
from slo.yaml_scalar import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

    from slo.ruletests.cases import Case
    from slo.ruletests.fixtures import Player
    from slo.ruletests.script import Check, Script


def document(rules: PurePosixPath, step: int, cases: Iterable[Case], untested: Sequence[tuple[str, str]]) -> str:
    """The whole file below its header."""
    head = f"rule_files:\n  - {scalar(str(rules))}\nevaluation_interval: {duration(step)}\n"
    missing = "".join(f"# Not tested, {reason}: {name}\n" for name, reason in untested)
    body = "".join("\n" + _case(case) for case in cases)
    return f"{head}{missing}tests:{body or ' []'}\n"


def _case(case: Case) -> str:
    targets = _targets(case)
    series = "".join(_series(player, script, targets) for player, script in case.parts)
    different = {id(script): script for _, script in case.parts}
    shown = {number: _checks(script) for number, script in different.items()}
    checks = "".join(f"      # {player.name}\n{player.named(shown[id(script)])}" for player, script in case.parts)
    return (
        f"  - name: {scalar(case.name)}\n    interval: {duration(case.tick)}\n"
        f"    input_series:\n{series}    promql_expr_test:\n{checks}"
    )


def _targets(case: Case) -> dict[str, str]:
    """The values of each target that SLOs of the case ask about: those of the SLO that needs it longest."""
    found: dict[str, str] = {}
    for player, script in case.parts:
        for number, values in script.series:
            if number == player.subject.target:
                found[player.series[number]] = max(found.get(player.series[number], ""), values, key=_length)
    return found


def _length(values: str) -> int:
    """How many samples a constant has: `1+0x27`."""
    return int(values.rpartition("x")[2] or 0)


def _series(player: Player, script: Script, targets: dict[str, str]) -> str:
    """The series of one SLO; that of a target stands with the first one that asks about it."""
    lines = [f"      # {player.name}: {script.remark}\n"]
    for number, samples in script.series:
        name = player.series[number]
        shown = targets.pop(name, "") if number == player.subject.target else samples
        if shown:
            values = scalar(shown) if "{" in shown else shown  # a native histogram
            lines.append(f"      - series: {scalar(name)}\n        values: {values}\n")
    return "".join(lines)


def _checks(script: Script) -> str:
    return "".join(_check(check) for check in script.checks)


def _check(check: Check) -> str:
    head = f"      - expr: {scalar(check.expr)}\n        eval_time: {duration(check.at)}\n"
    if not check.samples:
        return f"{head}        exp_samples: []\n"
    lines = "".join(f"          - {{labels: {scalar(labels)}, value: {wanted}}}\n" for labels, wanted in check.samples)
    return f"{head}        exp_samples:\n{lines}"
