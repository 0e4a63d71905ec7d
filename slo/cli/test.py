"""`slo test`: compile rules and their tests and run them with promtool."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slo.cli import rule_tests
from slo.cli.arguments import add_files, add_layout, add_prometheus
from slo.cli.rule_test_report import report
from slo.cli.selection import chosen
from slo.cli.usage import CommandError
from slo.model import Options
from slo.pipeline import Request, compile_sources
from slo.sources import read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.model import Slo
    from slo.pipeline import Compiled

EPILOG = """\
examples:
  slo test slos.yaml
  slo test --only shop/checkout-availability --promtool ~/bin/promtool
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    parser.add_argument("--promtool", default="promtool", metavar="PATH", help="the promtool to use (default: on PATH)")
    text = "test this SLO only, by its name or service/name (repeatable)"
    parser.add_argument("--only", action="append", default=[], metavar="SLO", help=text)
    parser.add_argument("--verbose", action="store_true", help="print the whole output of promtool when a test fails")
    add_prometheus(parser, "; 3 also tests native histograms")
    add_layout(parser)


def run(args: argparse.Namespace) -> int:
    """Compile into a temporary folder and test there; outputs are neither read nor written."""
    options = Options(layout=args.layout, prometheus=args.prometheus)
    request = Request(("prometheus", "tests"), into=True, options=options)
    compiled = compile_sources(read_sources(args.files), request)
    promtool = shutil.which(args.promtool)
    if promtool is None:
        hint = "install Prometheus, which includes it, or pass --promtool PATH"
        raise CommandError(f"promtool was not found ({args.promtool}); {hint}")
    parts = _parts(compiled, args.only)
    with TemporaryDirectory(prefix="slo-test-") as folder:
        tests = [rule_tests.prepare(one, slos, Path(folder), promtool) for one, slos in parts]
        results = rule_tests.run(tests)
        passed = [report(one, found, verbose=args.verbose) for one, found in zip(tests, results, strict=True)]
    return 0 if all(passed) else 1


def _parts(compiled: Sequence[Compiled], only: Sequence[str]) -> list[tuple[Compiled, tuple[Slo, ...]]]:
    """Return each set with those of its SLOs that are to be tested."""
    if not only:
        return [(one, one.plan.set.slos) for one in compiled]
    slos = [slo for one in compiled for slo in one.plan.set.slos]
    wanted = [slo for name in only for slo in chosen(slos, name)]
    parts = [(one, tuple(slo for slo in one.plan.set.slos if slo in wanted)) for one in compiled]
    return [(one, some) for one, some in parts if some]
