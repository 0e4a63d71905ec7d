"""What the shop and its telemetry lose while a part of the stack is dead for a minute."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

from bench.proof import redis
from bench.proof.outage import DEAD_MANS, VICTIMS, Outcome, Plan, suffer
from bench.report import Report, Table
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.options import Options

_RUNS = 3
BUSY_MS = 100.0
"""A request takes about ten milliseconds; when half of them take ten times that, times say nothing about the shop."""
_QUICK = Plan(phase=20.0)
_USUAL = Plan()


def run(options: Options) -> Report:
    """Kill each part once, or three times, and bring it back."""
    plan, runs = (_QUICK, 1) if options.quick else (_USUAL, _RUNS)
    victims = [name for name in options.only or VICTIMS if name != "redis" or redis.available()]
    results = {name: [_told(suffer(name, plan)) for _ in range(runs)] for name in victims}
    parts: list[str | Table] = [_intro(plan, runs), _noticed(results), *_doubt(results), _delivered(results)]
    return Report("outages", (*parts, f"Versions: {machine()}."))


def _told(outcome: Outcome) -> Outcome:
    print(f"bench: {outcome}", file=sys.stderr, flush=True)
    return outcome


def _intro(plan: Plan, runs: int) -> str:
    return (
        f"Each part is killed with SIGKILL under {plan.per_second:.0f} requests a second and stays dead for\n"
        f"{plan.phase:.0f} s, with as long before and after; runs of each: {runs}, every one with a stack of its own.\n"
        "A request is timed from when it was due. 3.5 % of the requests are made slow on purpose, so that there are\n"
        "traces which must be kept."
    )


def _noticed(results: Mapping[str, Sequence[Outcome]]) -> Table:
    """What visitors noticed, and whether somebody was told."""
    rows = []
    for victim, outcomes in results.items():
        dead = [outcome.phases[1] for outcome in outcomes]
        requests, failed = sum(each.requests for each in dead), sum(each.failed for each in dead)
        rows.append(
            (
                victim,
                f"{requests:,}",
                f"{1 - failed / requests:.3%}".replace("%", " %"),
                f"{median(each.beside for each in outcomes):.1f}",
                f"{median(each.median_ms for each in dead):.1f}",
                f"{median(each.slowdown for each in outcomes):.2f}",
                _alarm(victim, outcomes),
            )
        )
    head = ("dead", "requests", "answered well", "ms before, after", "ms meanwhile", "times", "who was told")
    return Table(head, tuple(rows))


def _alarm(victim: str, outcomes: Sequence[Outcome]) -> str:
    what = "dead man's switch" if victim in DEAD_MANS else "SLO page"
    seconds = [each.noticed for each in outcomes]
    known = [each for each in seconds if each is not None]
    return f"{what} after {median(known):.0f} s" if len(known) == len(seconds) else f"{what} DID NOT COME"


def _doubt(results: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Say so when the machine had too much else to do for a comparison of times."""
    busy = max(median(each.beside for each in outcomes) for outcomes in results.values())
    if busy <= BUSY_MS:
        return []
    said = (
        f"Without any outage half of the requests took up to {busy:,.0f} ms: the machine was busy with something\n"
        "else, and the times are no evidence of anything. The counts are."
    )
    return [said]


def _delivered(results: Mapping[str, Sequence[Outcome]]) -> Table:
    """What arrived in the end, of all runs together."""
    rows = []
    for victim, outcomes in results.items():
        lines, lost = sum(each.lines for each in outcomes), sum(each.lines_lost for each in outcomes)
        kept, gone = sum(each.kept for each in outcomes), sum(each.kept_lost for each in outcomes)
        rows.append(
            (
                victim,
                f"{lines:,}",
                f"{lost:,}",
                f"{1 - lost / lines:.3%}".replace("%", " %"),
                f"{kept:,}",
                f"{gone:,}",
                f"{1 - gone / kept:.2%}".replace("%", " %"),
                f"{max(each.lost_within for each in outcomes):.1f}" if gone else "-",
                f"{sum(each.told for each in outcomes):,.0f}",
            )
        )
    head = ("dead", "log lines", "lost", "arrived", "traces to keep", "lost", "whole", "s before kill", "counted")
    return Table(head, tuple(rows))
