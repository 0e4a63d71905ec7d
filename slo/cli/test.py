"""`slo test`: compiles rules and their tests and lets promtool run them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slo.cli.inputs import add_files, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.cli.types import Subparsers
    from slo.model import Slo
    from slo.pipeline import Compiled

_EPILOG = "Examples: slo test slos.yaml; slo test --only shop/checkout-availability --promtool ~/bin/promtool"


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "run promtool's checks and unit tests on the compiled rules"
    parser = subparsers.add_parser("test", help=text, description=text, epilog=_EPILOG)
    add_files(parser)
    parser.add_argument("--promtool", default="promtool", metavar="PATH", help="the promtool to use (default: on PATH)")
    text = "test this SLO alone, by its name or service/name (repeatable)"
    parser.add_argument("--only", action="append", default=[], metavar="SLO", help=text)
    parser.add_argument("--verbose", action="store_true", help="show all that promtool says when a test fails")
    text = "the oldest server that has to read the rules (default: any); 3 tests native histograms, too"
    parser.add_argument("--prometheus", choices=("2.42", "3"), default="", help=text)
    text = "alert rules for each SLO, or one set of them for all alike"
    parser.add_argument("--layout", choices=("default", "shared"), default="default", help=text)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compile into a temporary folder and test there; outputs are neither read nor written."""
    from slo.cli import trial  # noqa: PLC0415 - keeps the start of other commands fast
    from slo.model import Options  # noqa: PLC0415 - as above
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above

    options = Options(layout=args.layout, prometheus=args.prometheus)
    request = Request(("prometheus", "tests"), into=True, options=options)
    compiled = compile_sources(read_sources(args.files), request)
    promtool = shutil.which(args.promtool)
    if promtool is None:
        hint = "it comes with Prometheus; or name one with --promtool PATH"
        print(f"slo: error: promtool was not found ({args.promtool}); {hint}", file=sys.stderr)
        return 1
    chosen = _chosen(compiled, args.only)
    if chosen is None:
        return 1
    with TemporaryDirectory(prefix="slo-test-") as folder:
        trials = [trial.prepared(one, slos, Path(folder), promtool) for one, slos in chosen]
        return trial.run(trials, verbose=args.verbose)


def _chosen(compiled: Sequence[Compiled], only: Sequence[str]) -> list[tuple[Compiled, tuple[Slo, ...]]] | None:
    """Each set with its SLOs that are to be tested; None after a message where a name is none of any."""
    from slo.schema.words import did_you_mean  # noqa: PLC0415 - as above

    slos = [slo for one in compiled for slo in one.plan.set.slos]
    for wanted in only:
        if not any(_is(slo, wanted) for slo in slos):
            names = [slo.name for slo in slos]
            hint = did_you_mean(wanted, names) or f"known: {', '.join(names[:20])}"
            print(f'slo: error: there is no SLO "{wanted}"; {hint}', file=sys.stderr)
            return None
    picked = [(c, tuple(s for s in c.plan.set.slos if not only or any(_is(s, w) for w in only))) for c in compiled]
    return [(one, some) for one, some in picked if some]


def _is(slo: Slo, wanted: str) -> bool:
    return wanted in {slo.name, f"{slo.service}/{slo.name}"}
