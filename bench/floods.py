"""What a flood of log lines or of label values does to the shop, to alerts and to queries."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench.outages import BUSY_MS
from bench.proof.flood import FLOODS, Outcome, Plan, suffer
from bench.report import Report, Table
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.options import Options

_QUICK = Plan(flood=20.0, calm=20.0)


def run(options: Options) -> Report:
    """Flood each part once."""
    plan = _QUICK if options.quick else Plan()
    results = {name: _told(suffer(name, plan)) for name in options.only or FLOODS}
    return Report(
        "floods", (_intro(plan), _table(results), *_doubt(results), *_said(results), f"Versions: {machine()}.")
    )


def _told(outcome: Outcome) -> Outcome:
    print(f"bench: {outcome}", file=sys.stderr, flush=True)
    return outcome


def _intro(plan: Plan) -> str:
    return (
        f"`collector`: a sender gives the Collector 10,000 log lines a second by OTLP, for {plan.flood:.0f} s.\n"
        "`log_flood` and `cardinality` are faults of the shop: it tries to write 10,000 lines a second, and\n"
        f"counts by a label with 10,000 values. All of that under {plan.per_second:.0f} requests a second; `times` is\n"
        "the median of the flood's requests over that of the calm before and after. Once a second a query goes\n"
        "to Prometheus, one to VictoriaLogs and one to the pager, whose dead man's switch hears whether alerts arrive."
    )


def _table(results: Mapping[str, Outcome]) -> Table:
    rows = tuple(
        (
            name,
            f"{each.requests:,}",
            f"{each.failed:,}",
            f"{each.calm_ms:.1f}",
            f"{each.flood_ms:.1f}",
            f"{each.slowdown:.2f}",
            f"{each.watch.failed} of {each.watch.queries}",
            f"{each.watch.overdue}",
        )
        for name, each in results.items()
    )
    head = ("flood", "requests", "failed", "ms calm", "ms flooded", "times", "queries failed", "switch overdue")
    return Table(head, rows)


def _doubt(results: Mapping[str, Outcome]) -> list[str]:
    busy = max(each.calm_ms for each in results.values())
    if busy <= BUSY_MS:
        return []
    return [
        f"Half of the requests took up to {busy:,.0f} ms in the calm: the machine was busy, the times are no evidence."
    ]


def _said(results: Mapping[str, Outcome]) -> list[str]:
    return [f"`{name}`: {each.told}. Alerts about the platform: {_alerts(each)}." for name, each in results.items()]


def _alerts(outcome: Outcome) -> str:
    seen = sorted(outcome.watch.alerts.items(), key=lambda pair: pair[1])
    return ", ".join(f"{name} after {seconds:.0f} s" for name, seconds in seen) or "none"
