"""`slo lint`: report all errors and warnings of specifications; writes nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slo.cli.arguments import add_files
from slo.cli.report import print_all
from slo.cli.server import ServerOptions, access_of, add_server, not_empty, warn_of_passwords
from slo.cli.usage import UsageError
from slo.linting import LintRequest, report

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from slo.lint.ignores import Judged

EPILOG = """\
examples:
  slo lint                                            slos.yaml alone
  slo lint --metrics http://localhost:8080/metrics    compared with the metrics that the service exports
  slo lint --prometheus http://localhost:9090         compared with the series and rules of a server
  slo lint --prometheus https://mimir.example/prometheus --header X-Scope-OrgID:shop --bearer-token-file token
  slo lint --format sarif > slo.sarif                 for code scanning

A comment ignores a warning, on its line, above it, or at the first line of the SLO:
  # slo: ignore SLO125 our own clients build these URLs
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    formats = ("text", "json", "github", "sarif")
    parser.add_argument("--format", choices=formats, default="text", help="output format (default: text)")
    parser.add_argument("--strict", action="store_true", help="exit 1 on warnings too")
    parser.add_argument(
        "--metrics",
        action="append",
        default=[],
        type=lambda text: not_empty(text, "name a file, or write http://HOST:PORT/metrics"),
        metavar="FILE|URL",
        help="compare the queries with these metrics: a file, a /metrics page, or a Prometheus (repeatable)",
    )
    parser.add_argument(
        "--prometheus",
        type=lambda text: not_empty(text, "write http://HOST:PORT"),
        metavar="URL",
        help="compare the queries with the series, rules and retention of this server",
    )
    add_server(parser)


def run(args: argparse.Namespace) -> int:
    """Print all findings."""
    options = ServerOptions(tuple(args.header), args.bearer_token_file, args.ca_file, args.client_cert, args.client_key)
    asks = args.prometheus or any("://" in where for where in args.metrics)
    if not args.prometheus and (option := options.credential):
        raise UsageError(f"{option} needs the server of --prometheus; add --prometheus URL")
    if args.ca_file and not asks:
        raise UsageError("--ca-file needs a server; add --prometheus URL")
    warn_of_passwords(args.prometheus or "", args.metrics)
    access = access_of(options, os.environ) if asks else None
    judged = report(LintRequest(tuple(args.files), tuple(args.metrics), args.prometheus, access))
    counts = {s: sum(d.severity == s for d in judged.kept) for s in ("error", "warning", "info")}
    compared = [*(["metrics"] if args.metrics else []), *(["the server"] if args.prometheus else [])]
    _print(judged, counts, args.format, compared)
    return int(bool(counts["error"] or (args.strict and counts["warning"])))


def _print(judged: Judged, counts: Mapping[str, int], form: str, compared: Sequence[str]) -> None:
    if form == "text":
        print_all(judged.kept)
        print(_summary(judged, counts, compared))
        return
    from slo.cli import formats  # noqa: PLC0415 - most runs print text

    if form == "sarif":
        print(formats.as_sarif(judged.kept, judged.ignored))
    elif form == "json":
        print(formats.as_json(judged.kept))
    elif judged.kept:
        print(formats.as_github(judged.kept))


def _summary(judged: Judged, counts: Mapping[str, int], compared: Sequence[str]) -> str:
    parts = [f"{number} {word}{'s' if number > 1 else ''}" for word, number in counts.items() if number]
    parts += [f"{len(judged.ignored)} ignored"] if judged.ignored else []
    if parts:
        return ", ".join(parts)
    return "no issues found" + (f"; compared with {' and '.join(compared)}" if compared else "")
