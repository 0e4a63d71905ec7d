"""The test file as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.yaml import scalar
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

    from slo.emit.tests.cases import Case
    from slo.emit.tests.script import Check, Script


def document(rules: PurePosixPath, step: int, cases: Iterable[Case], untested: Sequence[str]) -> str:
    """The whole file below its header."""
    head = f"rule_files:\n  - {scalar(str(rules))}\nevaluation_interval: {duration(step)}\n"
    missing = "".join(f"# Not tested, no series tells good from bad: {name}\n" for name in untested)
    body = "".join("\n" + _case(case, step) for case in cases)
    return f"{head}{missing}tests:{body or ' []'}\n"


def _case(case: Case, step: int) -> str:
    series = "".join(_series(script) for script in case.scripts)
    checks = "".join(_checks(script) for script in case.scripts)
    return (
        f"  - name: {scalar(case.name)}\n    interval: {duration(step)}\n"
        f"    input_series:\n{series}    promql_expr_test:\n{checks}"
    )


def _series(script: Script) -> str:
    lines = "".join(f"      - series: {scalar(name)}\n        values: {values}\n" for name, values in script.series)
    return f"      # {script.subject.name}: {script.remark}\n{lines}"


def _checks(script: Script) -> str:
    return f"      # {script.subject.name}\n" + "".join(_check(check) for check in script.checks)


def _check(check: Check) -> str:
    head = f"      - expr: {scalar(check.expr)}\n        eval_time: {duration(check.at)}\n"
    if not check.samples:
        return f"{head}        exp_samples: []\n"
    lines = "".join(f"          - {{labels: {scalar(labels)}, value: {wanted}}}\n" for labels, wanted in check.samples)
    return f"{head}        exp_samples:\n{lines}"
