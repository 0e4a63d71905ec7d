"""`slo lint`: everything there is to say about specifications, warnings included; writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.cli.asking import access_of, add_access, filled, given, warn_of_passwords
from slo.cli.help import Lines
from slo.cli.inputs import add_files, read_base, read_inputs

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.cli.inputs import Inputs
    from slo.cli.types import Subparsers
    from slo.diagnostics import Diagnostic
    from slo.lint.ignores import Judged
    from slo.observe.access import Access
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server
    from slo.plan.values import Plan

_EPILOG = """\
examples:
  slo lint                                            slos.yaml, by itself
  slo lint --metrics http://localhost:8080/metrics    beside the metrics that the service exports
  slo lint --prometheus http://localhost:9090         beside the series and rules of a server
  slo lint --prometheus https://mimir.example/prometheus --header X-Scope-OrgID:shop --bearer-token-file token
  slo lint --format sarif > slo.sarif                 for code scanning

A comment switches a warning off, on its line, above it, or at the first line of the SLO:
  # slo: ignore SLO125 a wrong address is our own mistake here
"""


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "check specifications and say everything that looks wrong"
    parser = subparsers.add_parser("lint", help=text, description=text, epilog=_EPILOG, formatter_class=Lines)
    add_files(parser)
    formats = ("text", "json", "github", "sarif")
    parser.add_argument("--format", choices=formats, default="text", help="how to print (default: text)")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument(
        "--metrics",
        action="append",
        default=[],
        type=lambda text: filled(text, "name a file, or write http://HOST:PORT/metrics"),
        metavar="FILE|URL",
        help="look whether the queries fit to these metrics: a file, a page /metrics, or a Prometheus (repeatable)",
    )
    parser.add_argument(
        "--prometheus",
        type=lambda text: filled(text, "write http://HOST:PORT"),
        metavar="URL",
        help="look at this server's series, rules and retention as well",
    )
    add_access(parser)
    parser.set_defaults(run=lambda args: run(args, parser))


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print all findings."""
    from slo.cli.report import severity_of  # noqa: PLC0415 - keeps the start of other commands fast

    outside = _outside(args, parser)
    judged = _judged(read_inputs(args.files), outside)
    findings = judged.kept
    counts = {s: sum(severity_of(d) == s for d in findings) for s in ("error", "warning", "info")}
    _print(judged, counts, args.format)
    return int(bool(counts["error"] or (args.strict and counts["warning"])))


def _print(judged: Judged, counts: dict[str, int], form: str) -> None:
    if form == "text":
        from slo.cli.report import print_all  # noqa: PLC0415 - as above

        print_all(judged.kept)
        said = [f"{number} {word}{'s' if number > 1 else ''}" for word, number in counts.items() if number]
        said += [f"{len(judged.ignored)} ignored"] if judged.ignored else []
        print(", ".join(said) if said else "nothing to complain about")
        return
    from slo.cli import formats  # noqa: PLC0415 - as above

    if form == "sarif":
        print(formats.as_sarif(judged.kept, judged.ignored))
    elif form == "json":
        print(formats.as_json(judged.kept))
    elif judged.kept:
        print(formats.as_github(judged.kept))


@dataclass(frozen=True, slots=True)
class _Outside:
    """What to compare with: metrics by file or address, and a server by its address."""

    metrics: Sequence[str]
    prometheus: str | None
    access: Access | None


def _outside(args: argparse.Namespace, parser: argparse.ArgumentParser) -> _Outside:
    if not args.prometheus and (option := given(args)):
        parser.error(f"{option} is for the server of --prometheus; add --prometheus URL")
    asks = args.prometheus or any("://" in where for where in args.metrics)
    if args.ca_file and not asks:
        parser.error("--ca-file is for a server; add --prometheus URL")
    warn_of_passwords(args)
    return _Outside(args.metrics, args.prometheus, access_of(args, parser, os.environ) if asks else None)


def _judged(inputs: Inputs, outside: _Outside) -> Judged:
    """All findings, in the order of the files, without those that comments ignore.

    Where there is an error, no comment is said to ignore nothing: what it ignores may be in what was left out.
    """
    from slo.lint.ignores import Judged, judge  # noqa: PLC0415 - as above
    from slo.load.locate import located  # noqa: PLC0415 - as above
    from slo.pipeline import Request, attempt  # noqa: PLC0415 - as above

    texts = inputs.texts
    outcome = attempt(inputs.sources, Request(), read_base, complete=not inputs.unread)
    errors = (*inputs.unread, *outcome.errors)
    found, looked_for = _found(outcome.plans, outside)
    judged = judge(located((*errors, *outcome.true(found)), texts), texts, frozenset() if errors else looked_for)
    return Judged(located((*judged.kept, *judged.about_comments), texts), judged.ignored)


def _found(plans: Sequence[Plan], outside: _Outside) -> tuple[list[Diagnostic], frozenset[str]]:
    """The findings, and the codes that were looked for."""
    from slo.lint import lint, lints  # noqa: PLC0415 - as above

    codes = frozenset(code for _, code in lints())
    if not plans or not (outside.metrics or outside.prometheus):
        return [d for p in plans for d in lint(p)], codes
    from slo.lint.finding import finding  # noqa: PLC0415 - as above
    from slo.lint.live import codes as live_codes  # noqa: PLC0415 - as above
    from slo.observe.errors import ObserveError  # noqa: PLC0415 - as above

    try:
        seen, server = _observed(outside)
        return [d for p in plans for d in lint(p, seen, server)], codes | live_codes(metrics=True, server=bool(server))
    except ObserveError as error:
        from slo.diagnostics import Place  # noqa: PLC0415 - as above

        unread = finding("SLO136", Place(error.where), error.why)
        return [*(d for p in plans for d in lint(p)), unread], codes


def _observed(outside: _Outside) -> tuple[Metrics, Server | None]:
    """Return metrics and server; without metrics of their own, those of the server.

    Credentials are for the server alone; its CA may be that of the pages as well.
    """
    from slo.observe import metrics_of, server_of  # noqa: PLC0415 - as above
    from slo.observe.access import ANONYMOUS, Access  # noqa: PLC0415 - as above
    from slo.observe.together import Together  # noqa: PLC0415 - as above

    access = outside.access or ANONYMOUS
    server = server_of(outside.prometheus, access) if outside.prometheus else None
    parts: list[Metrics] = [
        metrics_of(where, Access(ca_file=access.ca_file, variables=access.variables)) for where in outside.metrics
    ]
    parts += [server] if server and not parts else []
    return (parts[0] if len(parts) == 1 else Together(parts)), server
