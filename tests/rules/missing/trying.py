"""Compile runs, evaluate their rules in promtool, and read what was recorded and which alerts fire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slo.diagnostics import Severity
from slo.errors import CompileError
from slo.lint import lint
from slo.load import Source
from slo.model import Options
from slo.pipeline import Request, compile_sources
from tests.documents import dump, load
from tests.rules.judge import run as run_promtool
from tests.rules.missing.runs import ZONE
from tests.rules.missing.timeline import MINUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slo.diagnostics import Diagnostic
    from tests.rules.missing.runs import Run

EVERY = 10
"""Minutes between two looks at the records."""
WINDOWS = {"1h": 60, "6h": 360}
TIERS = [
    {"name": "fast", "severity": "page", "budget": "60%", "long": "1h", "short": "5m"},
    {"name": "slow", "severity": "page", "budget": "75%", "long": "6h", "short": "30m"},
]
"""Burn rates of 14.4 and 3 over a day: two pages, and no windows that a short run cannot fill."""
ALERTS = 'ALERTS{alertstate="firing"}'
_ASKED = re.compile(r"^ +expr: (\".*\"), time: ([0-9dhms]+),\s*$")
_GOT = re.compile(r"^ +got: ?(.*)$")
_SAMPLE = re.compile(r"\{([^{}]*)\} ([-+0-9.eEInfNa]+)(?:, |$)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_TIME = re.compile(r"(\d+)([dhms])")
_SECONDS = {"d": 1440, "h": 60, "m": 1, "s": 0}


Layout = Literal["default", "shared"]


@dataclass(frozen=True)
class Seen:
    """The values of one SLO on a Prometheus.

    Attributes:
        ratios: by window, zone and minute.
        alerts: tiers that fire, by minute, each with its zone, which is empty for an SLO without a group.
    """

    ratios: Mapping[tuple[str, str, int], float]
    alerts: Mapping[int, frozenset[tuple[str, str]]]


def findings(run: Run, step: int) -> list[Diagnostic]:
    """What the compiler objects to in the SLI; nothing where it takes it as it is."""
    source = source_of([run], step)
    try:
        (compiled,) = compile_sources([source], Request(("prometheus",)))
    except CompileError as error:
        return list(error.diagnostics)
    return [found for found in lint(compiled.plan) if found.severity is not Severity.INFO]


def source_of(runs: Sequence[Run], step: int) -> Source:
    """The specification of some runs."""
    head = {"version": 1, "service": "missing", "owner": "crew"}
    policies = {"pages": {"tiers": TIERS}}
    return Source(
        "slos.yaml", dump({**head, "policies": policies, "slos": [run.slo(step) for run in runs]}, sort_keys=False)
    )


def tried(promtool: Path, folder: Path, runs: Sequence[Run], step: int, layout: Layout) -> dict[str, Seen]:
    """What is seen of every run, by its name; one process evaluates them all."""
    request = Request(("prometheus",), options=Options(layout=layout))
    (compiled,) = compile_sources([source_of(runs, step)], request)
    (rules,) = compiled.files.values()
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "rules.yml").write_text(without_texts(rules), encoding="utf-8")
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [_case(runs, step)]}
    (folder / "cases.yml").write_text(dump(tests), encoding="utf-8")
    _, said = run_promtool(promtool, "test", "rules", folder / "cases.yml")
    return _by_slo(read(said), runs)


def without_texts(rules: str) -> str:
    """Return the rules without annotations, which promtool would expand every minute for every alert."""
    document = load(rules)
    for group in document["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    return dump(document)


def _case(runs: Sequence[Run], step: int) -> dict[str, Any]:
    """Expects nothing of every query, so that promtool prints all that there is."""
    series = [one for run in runs for members in run.series.values() for one in members]
    asked = [f"slo:error_ratio:{window}" for window in WINDOWS] + [ALERTS]
    return {
        "interval": f"{step}s",
        "input_series": [{"series": one.name, "values": one.values(step)} for one in series],
        "promql_expr_test": [
            {"expr": expr, "eval_time": f"{minute}m"} for minute in range(EVERY, MINUTES + 1, EVERY) for expr in asked
        ],
    }


Answer = tuple[str, int, dict[str, str], float]
"""What was asked, at which minute, and one sample of what came back."""


def read(said: str) -> list[Answer]:
    """The samples in promtool's failures.

    Raises:
        ValueError: promtool said something else.
    """
    if "FAILED" not in said or "err:" in said:
        raise ValueError(f"promtool gave no values:\n{said[:2000]}")
    answers: list[Answer] = []
    asked, minute = "", 0
    for line in said.splitlines():
        if found := _ASKED.match(line):
            asked, minute = found[1], _minutes(found[2])
        elif got := _GOT.match(line):
            samples = _SAMPLE.findall(got[1])
            answers += [(asked, minute, dict(_LABEL.findall(labels)), float(value)) for labels, value in samples]
    return answers


def _minutes(text: str) -> int:
    return sum(int(number) * _SECONDS[unit] for number, unit in _TIME.findall(text))


def _by_slo(answers: Sequence[Answer], runs: Sequence[Run]) -> dict[str, Seen]:
    ratios: dict[str, dict[tuple[str, str, int], float]] = {run.name: {} for run in runs}
    alerts: dict[str, dict[int, frozenset[tuple[str, str]]]] = {run.name: {} for run in runs}
    for _, minute, labels, value in answers:
        slo, zone, name = labels["slo"], labels.get(ZONE, ""), labels["__name__"]
        if name == "ALERTS":
            alerts[slo][minute] = alerts[slo].get(minute, frozenset()) | {(labels["tier"], zone)}
        else:
            ratios[slo][name.rpartition(":")[2], zone, minute] = value
    return {run.name: Seen(ratios[run.name], alerts[run.name]) for run in runs}
