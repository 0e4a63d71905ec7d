"""`slo explain`: the whole story of an SLO, or what a code means."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from slo.cli.inputs import DEFAULT_FILE, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.cli.types import Subparsers
    from slo.plan.values import PlannedSlo

_CODE = re.compile(r"SLO\d{3}")
_SHOWN = 20
"""So many names of SLOs fit into a message."""


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "explain an SLO, or a diagnostic code"
    epilog = (
        "Examples: slo explain checkout-availability; slo explain slos.yaml shop/browse-latency; slo explain SLO024"
    )
    parser = subparsers.add_parser("explain", help=text, description=text, epilog=epilog)
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"the specification (default: {DEFAULT_FILE})")
    text = "name of an SLO, service/name, or a code such as SLO012; without it the names are listed"
    parser.add_argument("what", nargs="?", metavar="SLO|CODE", help=text)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    parser.set_defaults(run=lambda args: run(args, parser))


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print the explanation."""
    # Of the two, argparse fills the first one first.
    file, what = (None, args.file) if args.what is None else (args.file, args.what)
    if what is None or (file is None and _is_file(what)):
        parser.error(_which([what] if what else []))
    if _CODE.fullmatch(what.upper()):
        return _explain_code(what.upper(), args.format)
    return _explain_slo([file] if file else [], what, args.format)


def _is_file(what: str) -> bool:
    """No name of an SLO: a specification, a folder of them, or standard input."""
    return what == "-" or Path(what).suffix in {".yaml", ".yml"} or (what != "" and Path(what).is_dir())


def _explain_code(code: str, how: str) -> int:
    """Print what a code means."""
    from slo.catalogue import CATALOGUE  # noqa: PLC0415 - keeps the start of other commands fast

    entry = CATALOGUE.get(code)
    if entry is None:
        within = min(CATALOGUE) < code < max(CATALOGUE)
        why = "it was never given" if within else f"codes run from {min(CATALOGUE)} to {max(CATALOGUE)}"
        print(f"slo: error: there is no code {code}; {why}", file=sys.stderr)
        return 1
    if how == "json":
        said = {"code": code, "severity": entry.severity, "title": entry.title}
        _print_json(said | {"reason": entry.reason, "repair": entry.repair})
    else:
        print(f"{code} ({entry.severity}): {entry.title}\n\n{entry.reason}\n\nTo repair: {entry.repair}")
    return 0


def _explain_slo(files: Sequence[str], wanted: str, how: str) -> int:
    from slo.explain.facts import facts  # noqa: PLC0415 - as above

    found = _find(files, wanted)
    if how == "json":
        _print_json([facts(planned) for planned in found])
    elif found:
        from slo.cli.report import visible  # noqa: PLC0415 - as above
        from slo.explain.text import text  # noqa: PLC0415 - as above

        story = "\n\n\n".join(text(facts(planned)) for planned in found)
        print("\n".join(visible(line) for line in story.split("\n")))
    return 0 if found else 1


def _find(files: Sequence[str], wanted: str) -> list[PlannedSlo]:
    """The SLOs of that name; says what is known when there is none."""
    from slo.schema.words import did_you_mean  # noqa: PLC0415 - as above

    known = _known(files)
    found = [p for p in known if wanted in {p.slo.name, f"{p.slo.service}/{p.slo.name}"}]
    if not found:
        hint = did_you_mean(wanted, [p.slo.name for p in known]) or f"known: {_names(known)}"
        print(f'slo: error: there is no SLO "{wanted}"; {hint}', file=sys.stderr)
    return found


def _known(files: Sequence[str]) -> list[PlannedSlo]:
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above

    compiled = compile_sources(read_sources(files), Request(("prometheus",)))
    return [planned for one in compiled for planned in one.plan.slos]


def _names(known: Sequence[PlannedSlo]) -> str:
    """The first ones, and how many more there are."""
    names = ", ".join(p.slo.name for p in known[:_SHOWN])
    return f"{names} and {len(known) - _SHOWN} more" if len(known) > _SHOWN else names


def _which(files: Sequence[str]) -> str:
    """What to say when no SLO was named."""
    command = " ".join(["slo explain", *files, "NAME"])
    return f"which SLO? `{command}`, where NAME is one of: {_names(_known(files))}"


def _print_json(value: object) -> None:
    """Decimals as numbers."""
    import json  # noqa: PLC0415 - as above

    import msgspec  # noqa: PLC0415 - as above

    print(json.dumps(msgspec.to_builtins(value, builtin_types=(Decimal,)), indent=2, default=float))
