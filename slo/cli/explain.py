"""`slo explain`: what an SLO means in minutes and events, when its alerts fire, and what a code means."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slo.cli.inputs import DEFAULT_FILE, read_sources

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.burnrate import Tier
    from slo.cli.types import Subparsers
    from slo.model import Slo
    from slo.plan.values import PlannedSlo

_CODE = re.compile(r"SLO\d{3}")
_ERROR_RATES = (1.0, 0.1, 0.02, 0.01)
_MINUTE = 60


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "explain an SLO, or a diagnostic code"
    epilog = (
        "Examples: slo explain checkout-availability; slo explain slos.yaml shop/browse-latency; slo explain SLO024"
    )
    parser = subparsers.add_parser("explain", help=text, description=text, epilog=epilog)
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"the specification (default: {DEFAULT_FILE})")
    parser.add_argument("what", metavar="SLO|CODE", help="name of an SLO, service/name, or a code such as SLO012")
    parser.set_defaults(run=lambda args: run(args, parser))


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print the explanation."""
    if _CODE.fullmatch(args.what.upper()):
        return explain_code(args.what.upper())
    if args.file is None and Path(args.what).suffix in {".yaml", ".yml"}:
        parser.error(f"which SLO of {args.what}? slo explain {args.what} NAME")
    return _explain_slo([args.file] if args.file else [], args.what)


def explain_code(code: str) -> int:
    """Print what a code means."""
    from slo.catalogue import CATALOGUE  # noqa: PLC0415 - keeps the start of other commands fast

    entry = CATALOGUE.get(code)
    if entry is None:
        print(
            f"slo: error: there is no code {code}; codes run from {min(CATALOGUE)} to {max(CATALOGUE)}", file=sys.stderr
        )
        return 1
    print(f"{code} ({entry.severity}): {entry.title}\n\n{entry.reason}\n\nTo repair: {entry.repair}")
    return 0


def _explain_slo(files: Sequence[str], wanted: str) -> int:
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above
    from slo.schema.words import did_you_mean  # noqa: PLC0415 - as above

    compiled = compile_sources(read_sources(files), Request(("prometheus",)))
    known = [planned for one in compiled for planned in one.plan.slos]
    found = [p for p in known if wanted in {p.slo.name, f"{p.slo.service}/{p.slo.name}"}]
    if not found:
        names = [p.slo.name for p in known]
        hint = did_you_mean(wanted, names) or f"known: {', '.join(names[:20])}"
        print(f'slo: error: there is no SLO "{wanted}"; {hint}', file=sys.stderr)
        return 1
    print("\n\n".join(explanation(planned) for planned in found))
    return 0


def explanation(planned: PlannedSlo) -> str:
    """One SLO in words and numbers."""
    from slo.lint import percent  # noqa: PLC0415 - as above
    from slo.promql import duration  # noqa: PLC0415 - as above

    slo = planned.slo
    return "\n".join(
        (
            f"{slo.service}/{slo.name}: {slo.title}",
            f"  good      {slo.sli.describe()}",
            f"  objective {percent(slo.objective)} over {duration(slo.window)}",
            f"  budget    {budget_in_words(slo)}",
            "",
            *_table(planned),
        )
    )


def budget_in_words(slo: Slo) -> str:
    """The error budget as a share, as minutes of total outage, and as events where the traffic is known."""
    from slo.lint import percent  # noqa: PLC0415 - as above

    minutes = float(slo.window * slo.budget / _MINUTE)
    words = f"{percent(slo.budget)} of all events: {minutes:.4g} minutes of total outage at even traffic"
    if slo.traffic is not None:
        words += f", {float(slo.traffic * slo.window * slo.budget):.4g} events at {slo.traffic:f} per second"
    return words


def _table(planned: PlannedSlo) -> list[str]:
    """The tiers, and how long each takes to fire at some error rates."""
    from slo.lint import percent  # noqa: PLC0415 - as above
    from slo.promql import duration  # noqa: PLC0415 - as above

    if not planned.tiers:
        return ["  no alert tiers"]
    rates = [f"at {rate:.0%}" for rate in _ERROR_RATES]
    rows = [("tier", "severity", "burn rate", "errors above", "windows", "budget spent", *rates)]
    for tier in planned.tiers:
        windows = f"{duration(tier.long)} / {duration(tier.short)}"
        times = [time_to_fire(tier, rate, planned.slo) for rate in _ERROR_RATES]
        rows.append(
            (tier.name, tier.severity, f"{tier.burn:f}", percent(tier.threshold), windows, percent(tier.budget), *times)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [
        *lines,
        "",
        f"  at N%: time until the tier fires after a healthy time, when N% of all events fail{_least(planned.slo)}",
    ]


def _least(slo: Slo) -> str:
    return f";\n  at least {slo.alerts.min_bad_events} bad events are needed (min_bad_events)"


def time_to_fire(tier: Tier, error_ratio: float, slo: Slo) -> str:
    """The time from the start of errors until the tier fires, in words; `-` when it never does."""
    seconds = tier.detection_seconds(error_ratio)
    if seconds is None:
        return "-"
    if slo.traffic is not None:
        seconds = max(seconds, slo.alerts.min_bad_events / (float(slo.traffic) * error_ratio))
    return in_words(seconds)


def in_words(seconds: float) -> str:
    """`43s`, `7.2 min`, `3.5 h` or `1.2 d`: as exact as anybody can use."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.0f} s"
