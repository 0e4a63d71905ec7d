"""Compiles damaged specifications in this process, and tells what went wrong: `python -m bench.mutant FIRST LAST DIR`.

A line of JSON on standard output for each case. A case that takes far too long ends the process, and the next one has
to begin behind it.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import resource
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from slo.cli import main as slo
from slo.emit import FILE_NAMES
from tests.unit.mutations import SPEC, damaged_bytes, damaged_structure

BASE = "route: {receiver: page}\nreceivers: [{name: page}, {name: ticket}]\n"
_FOR_NEWER = ("--prometheus", "3")
OPTIONS: tuple[tuple[str, ...], ...] = (
    *[()] * 6,
    ("--layout", "shared"),
    ("--compat", "sloth"),
    ("--prometheus", "2.42"),
    _FOR_NEWER,
    ("--max-rules-per-group", "20"),
    ("--time-scale", "60"),
    ("--set", "other"),
)
"""What `slo build` is asked for besides; most often nothing."""
NEWER = "-3"
"""Ends the names of rule files that may need Prometheus 3: the build was for that, or warned of it."""
LIMIT = 2.0
STUCK = 60
_ADDRESS_SPACE = 2 << 30
_REFUSED, _USAGE = 1, 2


@dataclass
class Outcome:
    """What became of one case.

    Attributes:
        case: its number, which is the seed of the damage.
        status: exit code of `slo build`.
        seconds: processor time of it.
        memory: peak of this process so far, in bytes.
        newer: the build was for Prometheus 3, or warned of PromQL that Prometheus 2 cannot read.
        problems: what must not happen and did.
    """

    case: int
    status: int = 0
    seconds: float = 0
    memory: int = 0
    newer: bool = False
    problems: list[str] = field(default_factory=list)


def mutant(case: int) -> bytes:
    """The damaged specification: structure and bytes take turns."""
    return damaged_bytes(case) if case % 2 else damaged_structure(case).encode("utf-8", "surrogatepass")


def run(case: int, accepted: Path) -> Outcome:
    """Build one case in the current folder, which is empty; look at it with the other commands, too."""
    outcome = Outcome(case)
    Path("base.yml").write_text(BASE, encoding="utf-8")
    options = OPTIONS[case % len(OPTIONS)]
    if case % 10 == 0:  # these find the outputs of the undamaged specification
        Path("slos.yaml").write_text(SPEC, encoding="utf-8")
        _call(outcome, "build", "-o", "out", "--target", "prometheus", "--target", "alertmanager")
    before = _files(Path("out"))
    Path("slos.yaml").write_bytes(mutant(case))
    targets = [word for name in FILE_NAMES for word in ("--target", name)]
    start, real = process_time(), perf_counter()
    outcome.status, said = _call(outcome, "build", "-o", "out", *options, *targets)
    outcome.seconds = process_time() - start
    outcome.newer = "SLO076" in said or options == _FOR_NEWER
    if outcome.seconds > LIMIT and perf_counter() - real > LIMIT:
        outcome.problems.append(f"took {outcome.seconds:.1f} s")
    _judge_files(outcome, before, _files(Path("out")))
    for number, rules in enumerate(sorted(Path("out").glob("prometheus/*")) if outcome.status == 0 else ()):
        shutil.copy(rules, accepted / f"{case}-{number}{NEWER if outcome.newer else ''}.yml")
    _call(outcome, "lint", "--format", ("text", "json", "github", "sarif")[case % 4])
    _call(outcome, "explain", "checkout-availability", may=_USAGE)
    outcome.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return outcome


def _call(outcome: Outcome, *arguments: str, may: int = _REFUSED) -> tuple[int, str]:
    """Run a command as a shell would: exit code, and what it said.

    Exit codes above `may`, silence about a refusal and tracebacks are problems.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    status: int | str | None
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = slo(list(arguments))
    except SystemExit as end:
        status = end.code
    said = b"".join(stream.buffer.getvalue() for stream in (out, err)).decode()
    if status not in range(may + 1) or "Traceback" in said or (status and not said):
        outcome.problems.append(f"slo {' '.join(arguments[:4])}: exit code {status}: {said[-1500:]}")
    return (status if isinstance(status, int) else _USAGE), said


def _judge_files(outcome: Outcome, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    if outcome.status and before != after:
        outcome.problems.append("was refused, and wrote something all the same")
    if not outcome.status and (set(after) <= {"out/runbooks"} or not all(after.values())):
        outcome.problems.append("compiled, and did not write everything")
    if any(name.endswith(("~", ".tmp")) or Path(name).name.startswith(".") for name in after):
        outcome.problems.append(f"left something behind: {sorted(after)}")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main(first: int, last: int, folder: Path) -> None:
    """Run these cases, each in a folder of its own below `folder`; rules that were made go to `folder/accepted`."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    for case in range(first, last):
        place = folder / "case"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        os.chdir(place)
        print(json.dumps({"begins": case}), flush=True)
        faulthandler.dump_traceback_later(STUCK, exit=True)
        outcome = run(case, folder / "accepted")
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
