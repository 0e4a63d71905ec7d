"""The rows of faults and alerts are complete, and their verdicts right."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from apps.faults import NAMES
from box.services import selection
from tests.documents import load
from tests.e2e.alerts.observations import SWITCH, Interval, Notification, intervals, of_the_pager
from tests.e2e.alerts.play import Played, Run
from tests.e2e.alerts.row import AlertKey, Row, pages, tickets
from tests.e2e.alerts.rows import BACKGROUND, ROWS
from tests.e2e.alerts.unraised import CAUSES, UNRAISED
from tests.e2e.alerts.verdict import outcomes, problems

RULES = Path(__file__).parents[3] / "monitoring/prometheus/rules"
(PAGE,), (TICKET,), (CAUSE,) = pages("ShopPage"), tickets("ShopTicket"), pages(CAUSES[0])


def alerts() -> set[AlertKey]:
    """Every alert of the repository, the pager's own included."""
    rules = [
        rule
        for path in RULES.glob("*.yml")
        for group in load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    return {AlertKey(rule["alert"], rule["labels"]["severity"]) for rule in rules} | {
        AlertKey("WatchdogMissing", "page")
    }


def test_every_alert_is_raised_by_a_row_or_says_why_not() -> None:
    """An alert that nothing raises is not known to work; the table names no alert that does not exist."""
    raised = {alert for row in (*ROWS, BACKGROUND) for alert in row.wanted}
    causes = {AlertKey(name, "page") for name in CAUSES}

    assert alerts() - causes - {SWITCH} == raised | UNRAISED.keys()
    assert not raised & (UNRAISED.keys() | causes)


@pytest.mark.parametrize("name", [*NAMES, "log_flood with bypass", "cardinality with bypass"])
def test_every_fault_has_a_row(name: str) -> None:
    """A new fault needs a row that says what it raises."""
    assert any(name in row.name for row in ROWS)


UNMONITORED = {"locust", "slo-serve"}
"""The one sends load, the other shows pages."""


@pytest.mark.parametrize("service", [each.name for each in selection("jaeger") if each.name not in UNMONITORED])
def test_every_service_is_killed(service: str) -> None:
    """Each monitored part of the stack dies once."""
    assert any(row.name.startswith(f"{service}: killed") for row in ROWS)


def test_an_alert_that_ended_and_fired_again_has_two_intervals() -> None:
    """A gap in its samples ends an alert when Prometheus evaluated in the meantime."""
    alive = [float(second) for second in range(100)]

    assert intervals(TICKET, [10.0, 11.0, 40.0, 41.0], alive, 100) == [
        Interval(TICKET, 10.0, 11.0),
        Interval(TICKET, 40.0, 41.0),
    ]


def test_an_outage_of_prometheus_splits_no_interval() -> None:
    """Nothing is known of the gap, so the alert that fires before and after it is one; it still fires at the end."""
    assert intervals(TICKET, [10.0, 11.0, 40.0, 41.0], [10.0, 11.0, 40.0, 41.0], 42) == [Interval(TICKET, 10.0, None)]


def test_the_alarm_of_the_pager_ends_with_its_next_resolved_notification() -> None:
    """The pager's own alert is not in Prometheus: its notifications are its begin and end."""
    found = [
        Notification(PAGE, received, 0.0, firing) for received, firing in ((5.0, True), (9.0, False), (20.0, True))
    ]

    assert of_the_pager(found, "ShopPage") == [Interval(PAGE, 5.0, 9.0), Interval(PAGE, 20.0, None)]


def run(row: Row, fired: list[AlertKey], arrived: list[AlertKey]) -> list[str]:
    """Play a row in which some alerts fire and some arrive; return its problems."""
    played = Played(row, 100.0, 130.0, frozenset())
    seen = tuple(Interval(alert, 110.0, 140.0) for alert in fired)
    return problems(
        outcomes(Run((played,), None, seen, tuple(Notification(each, 111.0, 110.0, firing=True) for each in arrived)))
    )


@pytest.mark.parametrize(
    ("fired", "arrived", "said"),
    [
        ([PAGE, TICKET], [PAGE], []),
        ([TICKET], [], ["row: ShopPage (page) did not fire"]),
        ([PAGE], [PAGE], ["row: ShopTicket (ticket) did not fire"]),
        ([PAGE, TICKET], [], ["row: the page ShopPage did not arrive"]),
        ([PAGE, TICKET, *tickets("Other")], [PAGE], []),
        ([PAGE, TICKET, *pages("Other")], [PAGE, *pages("Other")], ["row: unexpected page Other"]),
        ([PAGE, TICKET, *pages("Inhibited")], [PAGE], []),
        ([PAGE, TICKET, *pages("Allowed")], [PAGE, *pages("Allowed")], []),
        ([PAGE, TICKET, CAUSE], [PAGE], [f"row: the cause {CAUSE.name} pages"]),
    ],
)
def test_what_is_wrong_is_said(fired: list[AlertKey], arrived: list[AlertKey], said: list[str]) -> None:
    """Missing alerts, lost pages, unexpected pages and pages of causes fail; unexpected tickets are only listed."""
    row = Row("row", lambda _stage: nullcontext(), (PAGE, TICKET), may_page=("Allowed",))

    assert run(row, fired, arrived) == said


def test_a_row_whose_action_failed_is_a_problem() -> None:
    """A service that does not come back fails the run, which goes on with the next row."""
    played = Played(Row("row", lambda _stage: nullcontext()), 100.0, 130.0, frozenset(), "it does not come back")

    assert problems(outcomes(Run((played,), None, (), ()))) == ["row: it does not come back"]


def test_alerts_of_the_background_row_are_no_problem_of_the_others() -> None:
    """The page of the background fires while another row is played, and is expected."""
    row = Row("row", lambda _stage: nullcontext())
    beside = Played(Row("beside", lambda _stage: nullcontext(), (PAGE,)), 90.0, 150.0, frozenset())
    found = Run(
        (Played(row, 100.0, 130.0, frozenset()),),
        beside,
        (Interval(PAGE, 110.0, 155.0),),
        (Notification(PAGE, 111.0, 110.0, firing=True),),
    )

    assert problems(outcomes(found)) == []
    assert [len(outcome.seen) for outcome in outcomes(found)] == [0, 1]
