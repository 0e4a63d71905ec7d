"""Check the rules of a set with promtool, and run each of its test cases by itself."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from slo.cli.promtool import results
from slo.emit.context import Context
from slo.emit.prometheus import prometheus
from slo.plan import names, plan
from slo.ruletests.cases import cases
from slo.ruletests.document import document
from slo.ruletests.fixtures import fixtures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slo.cli.promtool import Result
    from slo.model import Slo
    from slo.pipeline import Compiled
    from slo.plan.rules import Plan
    from slo.ruletests.cases import Case


class Job(msgspec.Struct, frozen=True):
    """One run of promtool: a test case, or the check of all rules where there is none."""

    command: tuple[str, ...]
    case: Case | None = None


class SetTests(msgspec.Struct, frozen=True):
    """The runs of promtool for one set.

    Attributes:
        name: name of the set.
        rules: number of its rules.
        slos: number of its SLOs.
        untested: (name, reason) of SLOs without tests.
        jobs: one for the check of all rules, and one for each test case.
    """

    name: str
    rules: int
    slos: int
    untested: tuple[tuple[str, str], ...]
    jobs: tuple[Job, ...]


def prepare(compiled: Compiled, slos: Sequence[Slo], folder: Path, promtool: str) -> SetTests:
    """Write the rules and the test cases of these SLOs of a set into a folder of its own.

    Each shard has its own rule file here: the rules of other shards do not affect its values, so its cases need not
    evaluate them.
    """
    whole = compiled.plan
    place = folder / whole.set.name
    place.mkdir()
    chosen = _plan_of(whole, slos)
    jobs = [Job((promtool, "check", "rules", str(_written(place / "all.rules.yml", _rules(chosen)))))]
    untested: list[tuple[str, str]] = []
    for number, shard in enumerate(sorted({names.shard_of(whole.set.name, whole.set.shards, slo) for slo in slos})):
        part = _plan_of(whole, [s for s in slos if names.shard_of(whole.set.name, whole.set.shards, s) == shard])
        rules = _written(place / f"{number}.rules.yml", _rules(part))
        testable, missing = fixtures(part)
        untested += missing
        for index, case in enumerate(cases(testable)):
            test = document(PurePosixPath(rules.name), whole.scale.interval, [case], ())
            path = _written(place / f"{number}-{index}.test.yml", test)
            jobs.append(Job((promtool, "test", "rules", str(path)), case))
    count = sum(len(group.rules) for group in chosen.groups)
    return SetTests(whole.set.name, count, len(slos), tuple(untested), tuple(jobs))


def _plan_of(whole: Plan, slos: Sequence[Slo]) -> Plan:
    return plan(msgspec.structs.replace(whole.set, slos=tuple(slos)), whole.scale, whole.options)


def _rules(part: Plan) -> str:
    ((_, text),) = prometheus(part, Context({"prometheus": PurePosixPath("rules.yml")}))
    return text


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def run(tests: Sequence[SetTests]) -> list[list[Result]]:
    """Run all jobs, the longest first; return the results of each set, in the order of its jobs."""
    jobs = [job for one in tests for job in one.jobs]
    order = sorted(range(len(jobs)), key=lambda number: -_effort(jobs[number]))
    found: dict[int, Result] = {}
    _progress(0, len(jobs))  # the longest run comes first, and may take minutes
    for number, result in results({number: jobs[number].command for number in order}):
        found[number] = result
        _progress(len(found), len(jobs))
    in_order = iter(range(len(jobs)))
    return [[found[next(in_order)] for _ in one.jobs] for one in tests]


def _effort(job: Job) -> int:
    """Return the evaluations that a case needs; the check of rules needs none."""
    return max((check.at for _, scenario in job.case.parts for check in scenario.checks), default=0) if job.case else 0


def _progress(done: int, total: int) -> None:
    """Print a counter on a terminal; remove it at the end."""
    if sys.stderr.isatty():
        text = f"slo test: {done} of {total} runs of promtool"
        print(f"\r{text}" if done < total else f"\r{' ' * len(text)}\r", end="", file=sys.stderr, flush=True)
