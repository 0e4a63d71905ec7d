"""Each fault, kill and pause raises the alerts that it must, and no unexpected page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.report import Report, Table
from bench.versions import machine
from tests.e2e import redis_server
from tests.e2e.alerts.play import play
from tests.e2e.alerts.rows import BACKGROUND, ROWS, WITH_REDIS
from tests.e2e.alerts.unraised import UNRAISED
from tests.e2e.alerts.verdict import outcomes, problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.e2e.alerts.row import AlertKey, Row
    from tests.e2e.alerts.verdict import Outcome, Seen
    from tests.e2e.conftest import Publish

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, publish: Publish) -> dict[str, Outcome]:
    """Play the rows of the selected tests on one stack, all of them beside the background row."""
    selected: list[Any] = [item for item in request.session.items if isinstance(item, pytest.Function)]
    rows: list[Row] = [item.callspec.params["row"] for item in selected if item.module is request.module]
    chosen = [row for row in rows if row is not BACKGROUND and (row not in WITH_REDIS or redis_server.available())]
    found = outcomes(play(chosen, BACKGROUND if BACKGROUND in rows else None))
    publish(report(found))
    return {outcome.played.row.name: outcome for outcome in found}


@pytest.mark.parametrize("row", [*ROWS, BACKGROUND], ids=lambda row: row.name)
def test_row(row: Row, played: dict[str, Outcome]) -> None:
    """Every expected alert fires, its pages arrive, and no other page does."""
    if row.name not in played:
        pytest.skip("no redis-server")

    assert problems([played[row.name]]) == []


def report(found: Sequence[Outcome]) -> Report:
    """The table of docs/platform-alerts.md."""
    intro = (
        "One stack (`box up --full`, time scale 60) with 15 requests a second; the rows are played in this order.\n"
        "*Fired* counts from the beginning of the row, *ended* from the end of its cause: `during` when the alert\n"
        "ended before, `-` when it still fired at the end of the run, as tickets of a spent budget do. SLO alerts\n"
        "are scaled, platform alerts are not. *Notified* is how many notifications at the pager listed the alert as\n"
        "firing."
    )
    head = ("What", "Alert", "Severity", "Expected", "Fired, s", "Ended, s", "Notified")
    table = Table(head, tuple(line for outcome in found for line in _lines(outcome)))
    wrong = (
        "\n".join(f"* {line}" for line in problems(found)) or "Every expected alert fired, and no unexpected page came."
    )
    reasons = Table(("Raised by no row", "Reason"), tuple((_name(alert), why) for alert, why in UNRAISED.items()))
    return Report("alerts", (intro, table, wrong, reasons, f"Versions: {machine()}."))


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


def _name(alert: AlertKey) -> str:
    return f"`{alert.name}` ({alert.severity})"
