"""Print the results of rule tests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from slo.cli.promtool import failures
from slo.diagnostics.render import visible
from slo.lint.finding import number_of
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.cli.promtool import Failure, Result
    from slo.cli.rule_tests import SetTests
    from slo.ruletests.cases import Case

_LINES, _BLOCKS, _EVALUATIONS = 40, 10, 3
"""Most lines of promtool, failures, and evaluations of one failure that are printed."""


def report(tests: SetTests, found: Sequence[Result], *, verbose: bool) -> bool:
    """Print the results of a set; return whether everything passed."""
    failed = [(job.case, result) for job, result in zip(tests.jobs, found, strict=True) if not result.passed]
    refused = [result for case, result in failed if case is None]
    if refused:
        _print(f"{tests.name}: promtool rejects the rules", *_raw(refused[0]))
    elif failed:
        _print_failures(tests, [(case, result) for case, result in failed if case], verbose=verbose)
    else:
        print(f"{tests.name}: {_verdict(tests)}")
        for reason in dict.fromkeys(reason for _, reason in tests.untested):
            named = ", ".join(name for name, why in tests.untested if why == reason)
            print(visible(f"{tests.name}: not tested, {reason}: {named}"))
    return not failed


def _print_failures(tests: SetTests, failed: Sequence[tuple[Case, Result]], *, verbose: bool) -> None:
    blocks = [block for case, result in failed for block in _explained(tests, case, result)]
    shown = blocks if verbose else blocks[:_BLOCKS]
    for block in shown:
        _print(*block)
    if len(blocks) > len(shown):
        _print(f"... and {len(blocks) - len(shown)} more; --only SLO shows one SLO, --verbose shows all")
    if verbose:
        for _, result in failed:
            _print(*_lines(result))


def _verdict(tests: SetTests) -> str:
    """Return what passed, and how many SLOs were tested."""
    rules = f"{number_of(tests.rules, 'rule')} of {number_of(tests.slos, 'SLO')} are valid"
    tested = tests.slos - len(tests.untested)
    if tested == tests.slos:
        return f"{rules} and pass their tests"
    passed = f"{tested} of them {'passes its' if tested == 1 else 'pass their'} tests" if tested else "none is tested"
    return f"{rules}; {passed}{f', {len(tests.untested)} not tested' if tested else ''}"


def _print(*lines: str) -> None:
    for line in lines:
        print(visible(line), file=sys.stderr)


def _lines(result: Result) -> list[str]:
    return ["  " + line for line in result.text.splitlines() if line.strip()]


def _raw(result: Result) -> list[str]:
    """Return the first lines of the output of promtool."""
    lines = _lines(result)
    return lines[:_LINES] + ([f"  ... and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else [])


def _explained(tests: SetTests, case: Case, result: Result) -> Iterator[list[str]]:
    """Yield for each SLO that fails in a case: scenario, times, samples wanted and got."""
    missed = {(failure.expr, failure.at): failure for failure in failures(result.text)}
    explained = False
    for player, script in case.parts:
        checks = ((player.with_names(check.expr), check.at) for check in script.checks)
        found = [missed[check] for check in checks if check in missed]
        if found:
            explained = True
            yield [
                f'{player.name} fails "{case.name}"',
                f"  {script.remark}",
                *(line for failure in found[:_EVALUATIONS] for line in _evaluation(failure)),
                *([f"  ... and at {len(found) - _EVALUATIONS} more evaluations"] if len(found) > _EVALUATIONS else []),
            ]
    if not explained:
        yield [f'{tests.name}: promtool cannot run "{case.name}"', *_raw(result)]


def _evaluation(failure: Failure) -> Iterator[str]:
    """Yield one failed check in three lines; further samples below."""
    alerts = failure.expr.startswith("count by (alertname")
    yield f"  after {duration(failure.at)}: {'alerts that fire' if alerts else failure.expr}"
    for word, samples in (("wanted", failure.wanted), ("got", failure.got)):
        first, *others = [sample.removesuffix(" 1") if alerts else sample for sample in samples] or ["none"]
        yield f"    {word:<6} {first}"
        yield from (f"           {other}" for other in others)
