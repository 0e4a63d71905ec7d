"""Ten thousand damaged specifications: none may crash, take long, write half, or compile to rules that fail to load."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.cost import CommandFailedError
from bench.mutant import LIMIT, NEWER, STUCK, mutant
from bench.report import Report, Table
from tests.conftest import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.options import Options

CASES, QUICK = 10_000, 1_000
BATCH = 250
MOST_MEMORY = 512 << 20
ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache" / "reports" / "mutations"
_AT_ONCE = 100
_SHOWN = 10


@dataclass
class Tally:
    """What was seen so far; `problems` by case."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0, 0)
    memory: int = 0
    problems: dict[int, list[str]] = field(default_factory=dict)

    def add(self, said: dict[str, Any]) -> None:
        """Count one outcome."""
        case = said["case"]
        self.statuses[said["status"]] += 1
        self.slowest = max(self.slowest, (said["seconds"], case))
        problems = list(said["problems"])
        if said["memory"] > MOST_MEMORY >= self.memory:
            problems.append(f"the process grew to {said['memory'] >> 20} MB")
        self.memory = max(self.memory, said["memory"])
        if problems:
            self.problems[case] = problems


def run(options: Options) -> Report:
    """Try them all.

    Raises:
        CommandFailedError: at least one of them did what none may do; its text is kept below .cache.
    """
    cases = QUICK if options.quick else CASES
    tally = Tally()
    with TemporaryDirectory(prefix="slo-mutations-") as name:
        folder = Path(name)
        (folder / "accepted").mkdir()
        for first in range(0, cases, BATCH):
            _batch(first, min(first + BATCH, cases), folder, tally)
            print(f"bench: {first + BATCH} of {cases} damaged specifications", file=sys.stderr)
        accepted = _accepted(folder / "accepted", tally)
    if tally.problems:
        raise CommandFailedError(_told(tally.problems))
    return _report(cases, tally, accepted)


def _batch(first: int, last: int, folder: Path, tally: Tally) -> None:
    """Some cases in a process of their own; what ends the process is the fault of the case that it was at."""
    while first < last:
        command = [sys.executable, "-m", "bench.mutant", str(first), str(last), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        at = first
        for line in done.stdout.splitlines():
            said = json.loads(line)
            if "begins" in said:
                at = said["begins"]
            else:
                tally.add(said)
                at = said["case"] + 1
        if at < last:
            tally.problems[at] = [f"ended the process, or took {STUCK} s: {done.stderr[-2000:]}"]
            at += 1
        first = at


def _accepted(folder: Path, tally: Tally) -> dict[str, int]:
    """How many rule files each version of promtool reads; a file with the text of another one is read once.

    Rules that need Prometheus 3 are left to that, if the build said so.
    """
    files = list({path.read_bytes(): path for path in sorted(folder.iterdir())}.values())
    versions = found("promtool")
    read = {v: [f for f in files if not (v.startswith("2.") and f.stem.endswith(NEWER))] for v in versions}
    for version, promtool in versions.items():
        for path, said in _refused(promtool, read[version]):
            case = int(path.name.partition("-")[0])
            tally.problems.setdefault(case, []).append(f"promtool {version} refuses its rules: {said}")
    return {version: len(some) for version, some in read.items()}


def _refused(promtool: Path, files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Rule files that promtool does not take, and what it says of each."""
    for at in range(0, len(files), _AT_ONCE):
        some = files[at : at + _AT_ONCE]
        if _check(promtool, some):
            yield from ((path, said) for path in some if (said := _check(promtool, [path])))


def _check(promtool: Path, files: Sequence[Path]) -> str:
    """What is wrong with these files, duplicates of rules included; nothing when all is well."""
    command = [str(promtool), "check", "rules", "--lint=all", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and "duplicate" not in said else said[-1500:]


def _told(problems: dict[int, list[str]]) -> str:
    """The first problems, and where the specifications are."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for case in problems:
        (KEPT / f"{case}.yaml").write_bytes(mutant(case))
    shown = [f"case {case}: {text}" for case in sorted(problems)[:_SHOWN] for text in problems[case]]
    head = f"{len(problems)} damaged specifications went wrong; they are kept in .cache/reports/mutations"
    return "\n".join([head, *shown])


def _report(cases: int, tally: Tally, accepted: dict[str, int]) -> Report:
    seconds, _ = tally.slowest
    rows = (
        ("damaged specifications", f"{cases:,}"),
        ("compiled (exit code 0)", f"{tally.statuses[0]:,}"),
        ("refused with a message (exit code 1)", f"{tally.statuses[1]:,}"),
        ("crashed, or wrote half", "0"),
        (f"slowest, of at most {LIMIT:.0f} s", f"{seconds:.2f} s"),
        (f"peak memory, of at most {MOST_MEMORY >> 20} MB", f"{tally.memory >> 20} MB"),
        *((f"different rule files that promtool {version} reads", f"{count:,}") for version, count in accepted.items()),
    )
    text = "Structure and bytes take turns; all kinds of SLIs, options, layouts and targets. Fixed seeds."
    return Report("mutations", (text, Table(("", "all"), rows)))
