"""The test file as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql import duration
from slo.yaml_scalar import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

    from slo.ruletests.cases import Case
    from slo.ruletests.fixtures import Fixture
    from slo.ruletests.scenario import Check, Scenario


def document(rules: PurePosixPath, step: int, cases: Iterable[Case], untested: Sequence[tuple[str, str]]) -> str:
    """Return the file without its header."""
    head = f"rule_files:\n  - {scalar(str(rules))}\nevaluation_interval: {duration(step)}\n"
    missing = "".join(f"# Not tested, {reason}: {name}\n" for name, reason in untested)
    body = "".join("\n" + _case(case) for case in cases)
    return f"{head}{missing}tests:{body or ' []'}\n"


def _case(case: Case) -> str:
    targets = _targets(case)
    series = "".join(_series(fixture, scenario, targets) for fixture, scenario in case.parts)
    different = {id(scenario): scenario for _, scenario in case.parts}
    shown = {number: _checks(scenario) for number, scenario in different.items()}
    checks = "".join(
        f"      # {fixture.name}\n{fixture.with_names(shown[id(scenario)])}" for fixture, scenario in case.parts
    )
    return (
        f"  - name: {scalar(case.name)}\n    interval: {duration(case.tick)}\n"
        f"    input_series:\n{series}    promql_expr_test:\n{checks}"
    )


def _targets(case: Case) -> dict[str, str]:
    """Return the values of each target in the case: those of the SLO that needs it longest."""
    found: dict[str, str] = {}
    for fixture, scenario in case.parts:
        for number, values in scenario.series:
            if number == fixture.facts.target:
                found[fixture.series[number]] = max(found.get(fixture.series[number], ""), values, key=_length)
    return found


def _length(values: str) -> int:
    """Return the number of samples of a constant such as `1+0x27`."""
    return int(values.rpartition("x")[2] or 0)


def _series(fixture: Fixture, scenario: Scenario, targets: dict[str, str]) -> str:
    """Return the series of one SLO; the target is a series of the first SLO that has it."""
    lines = [f"      # {fixture.name}: {scenario.remark}\n"]
    for number, samples in scenario.series:
        name = fixture.series[number]
        shown = targets.pop(name, "") if number == fixture.facts.target else samples
        if shown:
            values = scalar(shown) if "{" in shown else shown  # a native histogram
            lines.append(f"      - series: {scalar(name)}\n        values: {values}\n")
    return "".join(lines)


def _checks(scenario: Scenario) -> str:
    return "".join(_check(check) for check in scenario.checks)


def _check(check: Check) -> str:
    head = f"      - expr: {scalar(check.expr)}\n        eval_time: {duration(check.at)}\n"
    if not check.samples:
        return f"{head}        exp_samples: []\n"
    lines = "".join(f"          - {{labels: {scalar(labels)}, value: {wanted}}}\n" for labels, wanted in check.samples)
    return f"{head}        exp_samples:\n{lines}"
