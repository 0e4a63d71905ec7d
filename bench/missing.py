"""Two thousand random SLIs with series missing for a while: numbers and alerts beside a model of what is known."""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.report import Report, Table
from tests.conftest import found
from tests.rules.missing.batches import LAYOUTS, SIZE, STEPS, outcome
from tests.rules.missing.forms import FORMS
from tests.rules.missing.runs import run_of
from tests.rules.missing.trying import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.options import Options
    from tests.rules.missing.batches import Outcome

RUNS, QUICK = 2_000, 100
KEPT = Path(__file__).parents[1] / ".cache" / "reports" / "missing.txt"
KINDS = {
    "ratio": "ratio off",
    "ratio under NoData": "ratio off, NoData",
    "page": "page while healthy",
    "no page": "no page",
    "silence": "silent outage",
    "no NoData": "no NoData",
    "false NoData": "false NoData",
    "no MemberNoData": "no MemberNoData",
    "false MemberNoData": "false MemberNoData",
}


def run(options: Options) -> Report:
    """Try them all, or those whose seeds are named."""
    batches = _batches(options)
    promtools = found("promtool")
    findings(run_of(0), STEPS[0])  # msgspec crashes where two threads look at a type for the first time
    with TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda each: outcome(each[0], promtools, Path(folder), each[1]), batches.items()))
    _keep([line for one in outcomes for line in one.described()], shown=bool(options.only))
    return Report("missing", (_said(promtools), _table(outcomes), _answers(outcomes)))


def _batches(options: Options) -> dict[int, list[int]]:
    """The seeds of every batch."""
    seeds = [int(seed) for seed in options.only] or range(options.runs or (QUICK if options.quick else RUNS))
    batches: dict[int, list[int]] = defaultdict(list)
    for seed in seeds:
        batches[seed // SIZE].append(seed)
    return batches


def _keep(lines: Sequence[str], *, shown: bool) -> None:
    """Write what is wrong to a file, and say where."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print("\n".join(lines) if shown else f"bench: what is wrong is in {KEPT}", file=sys.stderr)


def _said(promtools: Mapping[str, Path]) -> str:
    versions, steps = " and ".join(promtools), ", ".join(map(str, STEPS))
    return (
        f"Runs of seven hours, {SIZE} in a process. Versions of promtool ({versions}), layouts ({', '.join(LAYOUTS)}) "
        f"and scrape intervals ({steps} s) take turns. Cells count runs; a run counts once in each column."
    )


def _table(outcomes: Iterable[Outcome]) -> Table:
    """How many runs of each form went wrong, and how; columns in which nothing is are left out."""
    counts = {form: Counter[str]() for form in (*FORMS, "all")}
    for one in outcomes:
        for each in one.runs:
            kinds = {problem.kind for problem in one.wrong.get(each.seed, ())}
            said = {"runs", *kinds, *({"finding"} if each.seed in one.answered else ()), *({"wrong"} if kinds else ())}
            counts[each.form].update(said)
            counts["all"].update(said)
    shown = {"runs": "runs", "finding": "refused or warned of", "wrong": "wrong"}
    shown |= {kind: title for kind, title in KINDS.items() if counts["all"][kind]}
    rows = [(form, *(f"{counts[form][name]:,}" for name in shown)) for form in counts if counts[form]["runs"]]
    return Table(("form", *shown.values()), tuple(rows))


def _answers(outcomes: Iterable[Outcome]) -> str:
    codes = Counter(code for one in outcomes for codes in one.answered.values() for code in codes)
    return f"Findings: {', '.join(f'{code} {count}' for code, count in codes.most_common()) or 'none'}."
