"""`slo lint`: everything there is to say about specifications, warnings included; writes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slo.cli.inputs import add_files, read_base, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.cli.types import Subparsers
    from slo.diagnostics import Diagnostic
    from slo.load import Source


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "check specifications and say everything that looks wrong"
    parser = subparsers.add_parser("lint", help=text, description=text, epilog="Example: slo lint slos.yaml --strict")
    add_files(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print all findings."""
    from slo.cli.report import print_all, severity_of  # noqa: PLC0415 - keeps the start of other commands fast
    from slo.diagnostics import CompileError  # noqa: PLC0415 - as above

    try:
        findings = _findings(read_sources(args.files))
    except CompileError as error:
        findings = error.diagnostics
    counts = {s: sum(severity_of(d) == s for d in findings) for s in ("error", "warning", "info")}
    if args.format == "json":
        print(json.dumps([_plain(d) for d in findings], indent=2))
    else:
        print_all(findings)
        said = [f"{number} {word}{'s' if number > 1 else ''}" for word, number in counts.items() if number]
        print(", ".join(said) if said else "nothing to complain about")
    return int(bool(counts["error"] or (args.strict and counts["warning"])))


def _findings(sources: Sequence[Source]) -> tuple[Diagnostic, ...]:
    from slo.lint import lint  # noqa: PLC0415 - as above
    from slo.load.locate import located  # noqa: PLC0415 - as above
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above

    compiled = compile_sources(sources, Request(), read_base)
    return located((d for c in compiled for d in lint(c.plan)), {s.file: s.text for s in sources})


def _plain(diagnostic: Diagnostic) -> dict[str, object]:
    """The finding for other programs."""
    from slo.cli.report import severity_of  # noqa: PLC0415 - as above

    span = diagnostic.span
    return {
        "file": diagnostic.place.file,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "severity": severity_of(diagnostic),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
