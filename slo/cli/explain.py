"""`slo explain`: explain an SLO, or what a code means."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from slo.cli.selection import chosen, listed
from slo.cli.usage import CommandError, UsageError
from slo.diagnostics import pages
from slo.diagnostics.render import visible
from slo.explain.collect import collect
from slo.explain.text import text
from slo.pipeline import Request, compile_sources
from slo.sources import DEFAULT_FILE, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.plan.rules import PlannedSlo

EPILOG = """\
examples:
  slo explain checkout-availability
  slo explain slos.yaml shop/browse-latency
  slo explain SLO024
"""
_CODE = re.compile(r"SLO\d{3}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"the specification (default: {DEFAULT_FILE})")
    summary = "name of an SLO, service/name, or a code such as SLO012; without it the names are listed"
    parser.add_argument("what", nargs="?", metavar="SLO|CODE", help=summary)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    # Of the two, argparse fills the first one first.
    file, what = (None, args.file) if args.what is None else (args.file, args.what)
    if what is None or (file is None and _is_file(what)):
        raise UsageError(_which([what] if what else []))
    if _CODE.fullmatch(what.upper()):
        _explain_code(what.upper(), args.format)
    else:
        _explain_slo([file] if file else [], what, args.format)
    return 0


def _is_file(what: str) -> bool:
    """Return whether this is a specification, a folder of them, or standard input, and no name of an SLO."""
    return what == "-" or Path(what).suffix in {".yaml", ".yml"} or (what != "" and Path(what).is_dir())


def _explain_code(code: str, form: str) -> None:
    codes = pages.codes()
    if code not in codes:
        within = codes[0] < code < codes[-1]
        why = "it was never assigned" if within else f"codes run from {codes[0]} to {codes[-1]}"
        raise CommandError(f"unknown code {code}; {why}")
    page = pages.page(code)
    if form == "json":
        facts_of_code = {"code": code, "severity": page.severity, "title": page.title}
        _print_json(facts_of_code | {"reason": page.reason, "repair": page.fix})
    else:
        print(f"{code} ({page.severity}): {page.title}\n\n{page.reason}\n\nFix: {page.fix}")


def _explain_slo(files: Sequence[str], wanted: str, form: str) -> None:
    known = _known(files)
    try:
        slos = chosen([planned.slo for planned in known], wanted)
    except CommandError:
        if form == "json":
            _print_json([])
        raise
    found = [collect(planned) for planned in known if planned.slo in slos]
    if form == "json":
        _print_json(found)
    else:
        pages = "\n\n\n".join(map(text, found))
        print("\n".join(map(visible, pages.split("\n"))))


def _known(files: Sequence[str]) -> list[PlannedSlo]:
    compiled = compile_sources(read_sources(files), Request(("prometheus",)))
    return [planned for one in compiled for planned in one.plan.slos]


def _which(files: Sequence[str]) -> str:
    """Return the error where no SLO was named."""
    command = " ".join(["slo explain", *files, "NAME"])
    return f"name an SLO: `{command}`, where NAME is one of: {listed([p.slo for p in _known(files)])}"


def _print_json(value: object) -> None:
    """Print decimals as numbers."""
    print(json.dumps(msgspec.to_builtins(value, builtin_types=(Decimal,)), indent=2, default=float))
