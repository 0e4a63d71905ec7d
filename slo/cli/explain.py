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


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "explain an SLO, or a diagnostic code"
    epilog = (
        "Examples: slo explain checkout-availability; slo explain slos.yaml shop/browse-latency; slo explain SLO024"
    )
    parser = subparsers.add_parser("explain", help=text, description=text, epilog=epilog)
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"the specification (default: {DEFAULT_FILE})")
    parser.add_argument("what", metavar="SLO|CODE", help="name of an SLO, service/name, or a code such as SLO012")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    parser.set_defaults(run=lambda args: run(args, parser))


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print the explanation."""
    if _CODE.fullmatch(args.what.upper()):
        return _explain_code(args.what.upper(), args.format)
    if args.file is None and Path(args.what).suffix in {".yaml", ".yml"}:
        parser.error(f"which SLO of {args.what}? slo explain {args.what} NAME")
    return _explain_slo([args.file] if args.file else [], args.what, args.format)


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
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above
    from slo.schema.words import did_you_mean  # noqa: PLC0415 - as above

    compiled = compile_sources(read_sources(files), Request(("prometheus",)))
    known = [planned for one in compiled for planned in one.plan.slos]
    found = [p for p in known if wanted in {p.slo.name, f"{p.slo.service}/{p.slo.name}"}]
    if not found:
        names = [p.slo.name for p in known]
        hint = did_you_mean(wanted, names) or f"known: {', '.join(names[:20])}"
        print(f'slo: error: there is no SLO "{wanted}"; {hint}', file=sys.stderr)
    return found


def _print_json(value: object) -> None:
    """Decimals as numbers."""
    import json  # noqa: PLC0415 - as above

    import msgspec  # noqa: PLC0415 - as above

    print(json.dumps(msgspec.to_builtins(value, builtin_types=(Decimal,)), indent=2, default=float))
