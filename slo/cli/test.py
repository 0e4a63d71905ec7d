"""`slo test`: compiles rules and their tests and lets promtool run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slo.cli.inputs import add_files, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.cli.types import Subparsers
    from slo.pipeline import Compiled

_RULES, _TESTS = "prometheus", "tests"
_LINES = 40


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "run promtool's checks and unit tests on the compiled rules"
    parser = subparsers.add_parser("test", help=text, description=text, epilog="Example: slo test slos.yaml")
    add_files(parser)
    parser.add_argument("--promtool", default="promtool", metavar="PATH", help="the promtool to use (default: on PATH)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compile into a temporary folder and test there; outputs are neither read nor written."""
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - keeps the start of other commands fast

    promtool = shutil.which(args.promtool)
    compiled = compile_sources(read_sources(args.files), Request((_RULES, _TESTS), into=True))
    if promtool is None:
        hint = "it comes with Prometheus; or name one with --promtool PATH"
        print(f"slo: error: promtool was not found ({args.promtool}); {hint}", file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="slo-test-") as folder:
        return max(_test_set(one, Path(folder), promtool) for one in compiled)


def _test_set(compiled: Compiled, folder: Path, promtool: str) -> int:
    for relative, text in compiled.files.items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    rules, tests = (str(folder / compiled.layout[target]) for target in (_RULES, _TESTS))
    name = compiled.plan.set.name
    if not _passes((promtool, "check", "rules", rules), f"{name}: promtool refuses the rules"):
        return 1
    if not _passes((promtool, "test", "rules", tests), f"{name}: tests of the rules fail"):
        return 1
    count = sum(len(group.rules) for group in compiled.plan.groups)
    print(f"{name}: {count} rules of {len(compiled.plan.slos)} SLOs are valid and pass their tests")
    return 0


def _passes(command: Sequence[str], failure: str) -> bool:
    """Whether a promtool run succeeds; what it said is shown when it does not."""
    from slo.cli.report import visible  # noqa: PLC0415 - as above

    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return True
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    print(failure, file=sys.stderr)
    for line in lines[:_LINES]:
        print("  " + visible(line), file=sys.stderr)
    if len(lines) > _LINES:
        print(f"  ... and {len(lines) - _LINES} more lines", file=sys.stderr)
    return False
