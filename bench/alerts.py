"""Which alerts each fault, kill and pause raises, when they fire and when they end: expected and seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.alarms.play import play
from bench.alarms.rows import BACKGROUND, ROWS, WITH_REDIS
from bench.alarms.unraised import UNRAISED
from bench.alarms.verdict import outcomes, problems
from bench.proof import redis
from bench.report import Report, Table
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.alarms.row import Row
    from bench.alarms.verdict import Outcome, Seen
    from bench.options import Options

_INTRO = (
    "One stack (`box up --full`, time scale 60) with 15 requests a second; the rows are played in this order. *Fired*\n"
    "counts from the beginning of the row, *ended* from the end of its cause: `during` when the alert ended before,\n"
    "`-` when it still fired at the end of the run, as tickets of a spent budget do. SLO alerts are scaled, platform\n"
    "alerts are not. *Notified* is how many notifications at the pager listed the alert as firing."
)


def run(options: Options) -> Report:
    """Play the rows whose names contain one of `--only`, or all; the report fails when an alert is not as expected."""
    wanted = [row for row in ROWS if row not in WITH_REDIS or redis.available()]
    chosen = [row for row in wanted if not options.only or any(part in row.name for part in options.only)]
    found = outcomes(play(chosen, None if options.only else BACKGROUND))
    wrong = problems(found)
    said = "\n".join(f"* {line}" for line in wrong) or "Every expected alert fired, and no unexpected page came."
    reasons = Table(("Raised by no row", "Reason"), tuple((_name(alert), why) for alert, why in UNRAISED.items()))
    return Report("alerts", (_INTRO, _table(found), said, reasons, f"Versions: {machine()}."), tuple(wrong))


def _table(found: Sequence[Outcome]) -> Table:
    head = ("What", "Alert", "Severity", "Expected", "Fired, s", "Ended, s", "Notified")
    return Table(head, tuple(line for outcome in found for line in _lines(outcome)))


def _lines(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    row = outcome.played.row
    if not outcome.seen:
        yield (row.name, "none", "", "none", "", "", "0")
    for number, seen in enumerate(outcome.seen):
        yield (row.name if not number else "", *_cells(row, seen))


def _cells(row: Row, seen: Seen) -> tuple[str, ...]:
    allowed = "may page" if seen.alert.name in row.may_page and seen.alert.severity == "page" else "no"
    return (
        f"`{seen.alert.name}`",
        seen.alert.severity,
        "yes" if seen.expected else allowed,
        _fired(seen),
        _ended(seen),
        str(seen.notifications),
    )


def _fired(seen: Seen) -> str:
    if seen.fired is not None:
        return f"{seen.fired:.0f}"
    return "before" if seen.already else "never"


def _ended(seen: Seen) -> str:
    if seen.ended is None:
        return "-"
    return "during" if seen.ended < 0 else f"{seen.ended:.0f}"


def _name(alert: tuple[str, str]) -> str:
    return f"`{alert[0]}` ({alert[1]})"
