"""Trying the rules of a set with promtool: all of them are checked, and each test case is run by itself."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from slo.cli.promtool import answers, failures
from slo.diagnostics.render import visible
from slo.emit.context import Context
from slo.emit.prometheus import prometheus
from slo.lint.finding import number_of
from slo.plan import names, plan
from slo.promql import duration
from slo.ruletests.cases import cases
from slo.ruletests.document import document
from slo.ruletests.fixtures import players

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slo.cli.promtool import Answer, Failure
    from slo.model import Slo
    from slo.pipeline import Compiled
    from slo.plan.rules import Plan
    from slo.ruletests.cases import Case

_LINES, _BLOCKS, _MOMENTS = 40, 10, 3
"""How much is shown of an answer of promtool, of what fails, and of one SLO that fails in one scenario."""


class Job(msgspec.Struct, frozen=True):
    """One run of promtool: a test case, or the check of all rules where there is none."""

    command: tuple[str, ...]
    case: Case | None = None


class Trial(msgspec.Struct, frozen=True):
    """All that is tried for one set."""

    name: str
    rules: int
    slos: int
    untested: tuple[tuple[str, str], ...]
    jobs: tuple[Job, ...]


def prepared(compiled: Compiled, slos: Sequence[Slo], folder: Path, promtool: str) -> Trial:
    """Write the rules and the test cases of these SLOs of a set into a folder of its own.

    Each shard has a rule file of its own here: rules of another shard cannot change its values, and need not be
    evaluated in its cases.
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
        testable, missing = players(part)
        untested += missing
        for index, case in enumerate(cases(testable)):
            test = document(PurePosixPath(rules.name), whole.scale.interval, [case], ())
            path = _written(place / f"{number}-{index}.test.yml", test)
            jobs.append(Job((promtool, "test", "rules", str(path)), case))
    count = sum(len(group.rules) for group in chosen.groups)
    return Trial(whole.set.name, count, len(slos), tuple(untested), tuple(jobs))


def _plan_of(whole: Plan, slos: Sequence[Slo]) -> Plan:
    return plan(msgspec.structs.replace(whole.set, slos=tuple(slos)), whole.scale, whole.options)


def _rules(part: Plan) -> str:
    ((_, text),) = prometheus(part, Context({"prometheus": PurePosixPath("rules.yml")}))
    return text


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def run(trials: Sequence[Trial], *, verbose: bool) -> int:
    """Run all jobs, the longest first, and tell how each set fared; the exit code."""
    jobs = [job for trial in trials for job in trial.jobs]
    order = sorted(range(len(jobs)), key=lambda number: -_effort(jobs[number]))
    found: dict[int, Answer] = {}
    _progress(0, len(jobs))  # the longest run comes first, and may take minutes
    for number, answer in answers({number: jobs[number].command for number in order}):
        found[number] = answer
        _progress(len(found), len(jobs))
    status, number = 0, 0
    for trial in trials:
        told = [found[number + index] for index in range(len(trial.jobs))]
        number += len(told)
        status = max(status, _told(trial, told, verbose=verbose))
    return status


def _effort(job: Job) -> int:
    """Evaluations that a case needs; checking rules needs none."""
    return max((check.at for _, script in job.case.parts for check in script.checks), default=0) if job.case else 0


def _progress(done: int, total: int) -> None:
    """A counter on a terminal, taken away at the end."""
    if sys.stderr.isatty():
        text = f"slo test: {done} of {total} runs of promtool are done"
        print(f"\r{text}" if done < total else f"\r{' ' * len(text)}\r", end="", file=sys.stderr, flush=True)


def _told(trial: Trial, found: Sequence[Answer], *, verbose: bool) -> int:
    """Say how a set fared."""
    failed = [(job.case, answer) for job, answer in zip(trial.jobs, found, strict=True) if not answer.passed]
    refused = [answer for case, answer in failed if case is None]
    for answer in refused:
        _print(f"{trial.name}: promtool refuses the rules", *_raw(answer))
    blocks = [block for case, answer in failed if case and not refused for block in _explained(trial, case, answer)]
    shown = blocks if verbose else blocks[:_BLOCKS]
    for block in shown:
        _print(*block)
    if len(blocks) > len(shown):
        _print(f"... and {len(blocks) - len(shown)} more; --only SLO tells about one SLO, --verbose about all")
    if verbose and not refused:
        for _, answer in failed:
            _print(*_lines(answer))
    if failed:
        return 1
    print(f"{trial.name}: {_verdict(trial)}")
    for reason in dict.fromkeys(reason for _, reason in trial.untested):
        named = ", ".join(name for name, why in trial.untested if why == reason)
        print(visible(f"{trial.name}: not tested, {reason}: {named}"))
    return 0


def _verdict(trial: Trial) -> str:
    """What holds of the rules, and of how many SLOs it was tried."""
    rules = f"{number_of(trial.rules, 'rule')} of {number_of(trial.slos, 'SLO')} are valid"
    tested = trial.slos - len(trial.untested)
    if tested == trial.slos:
        return f"{rules} and pass their tests"
    passed = f"{tested} of them {'passes its' if tested == 1 else 'pass their'} tests" if tested else "none is tested"
    return f"{rules}; {passed}{f', {len(trial.untested)} not tested' if tested else ''}"


def _print(*lines: str) -> None:
    for line in lines:
        print(visible(line), file=sys.stderr)


def _lines(answer: Answer) -> list[str]:
    return ["  " + line for line in answer.text.splitlines() if line.strip()]


def _raw(answer: Answer) -> list[str]:
    """What promtool said, its beginning."""
    lines = _lines(answer)
    return lines[:_LINES] + ([f"  ... and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else [])


def _explained(trial: Trial, case: Case, answer: Answer) -> Iterator[list[str]]:
    """For each SLO that fails in a case: which, in what scenario, when, what was wanted, and what was there."""
    missed = {(failure.expr, failure.at): failure for failure in failures(answer.text)}
    told = False
    for player, script in case.parts:
        checks = ((player.named(check.expr), check.at) for check in script.checks)
        found = [missed[check] for check in checks if check in missed]
        if found:
            told = True
            yield [
                f'{player.name} fails "{case.name}"',
                f"  {script.remark}",
                *(line for failure in found[:_MOMENTS] for line in _moment(failure)),
                *([f"  ... and at {len(found) - _MOMENTS} more moments"] if len(found) > _MOMENTS else []),
            ]
    if not told:
        yield [f'{trial.name}: promtool cannot run "{case.name}"', *_raw(answer)]


def _moment(failure: Failure) -> Iterator[str]:
    """One failed check in three lines; samples one below the other."""
    alerts = failure.expr.startswith("count by (alertname")
    yield f"  after {duration(failure.at)}: {'alerts that fire' if alerts else failure.expr}"
    for word, samples in (("wanted", failure.wanted), ("got", failure.got)):
        first, *others = [sample.removesuffix(" 1") if alerts else sample for sample in samples] or ["none"]
        yield f"    {word:<6} {first}"
        yield from (f"           {other}" for other in others)
