"""The verdict on a run."""

from decimal import Decimal

import pytest

import slo
from loadtest.objectives import Objective
from loadtest.pace import Rates
from loadtest.verdict import INVALID, MET, MISSED, Tally, exit_code, report

CHECKOUT = slo.Selector('requests_total{service="web",route="/checkout",method="POST"}')
FAILED = slo.Selector('requests_total{service="web",route="/checkout",method="POST",status=~"5.."}')
AVAILABLE = Objective("checkout-availability", Decimal("0.1"), CHECKOUT, bad=FAILED)
FAST = Objective("checkout-latency", Decimal("0.1"), CHECKOUT, under=Decimal("0.3"))
ON_PACE = Rates(1000, 1000)


@pytest.mark.parametrize(
    ("method", "route", "status", "seconds", "counted", "unavailable", "slow"),
    [
        ("POST", "/checkout", 303, 0.1, 1, 0, 0),
        ("POST", "/checkout", 503, 0.1, 1, 1, 0),
        ("POST", "/checkout", 409, 0.1, 1, 0, 0),
        ("POST", "/checkout", 0, 10.0, 1, 1, 1),
        ("POST", "/checkout", 303, 0.3, 1, 0, 0),
        ("POST", "/checkout", 303, 0.301, 1, 0, 1),
        ("GET", "/checkout", 503, 9.0, 0, 0, 0),
        ("POST", "/cart", 503, 9.0, 0, 0, 0),
    ],
)
def test_a_request_counts_as_the_selectors_say(
    method: str, route: str, status: int, seconds: float, counted: int, unavailable: int, slow: int
) -> None:
    """Refusals are good, errors and silence are bad, and a request at the limit is still fast."""
    tallies = [Tally(AVAILABLE), Tally(FAST)]
    for tally in tallies:
        tally.count(method=method, route=route, status=status, seconds=seconds)
    assert [(tally.total, tally.bad) for tally in tallies] == [(counted, unavailable), (counted, slow)]


@pytest.mark.parametrize(
    ("bad", "total", "rates", "code"),
    [
        (0, 100, ON_PACE, MET),
        (10, 100, ON_PACE, MET),
        (11, 100, ON_PACE, MISSED),
        (0, 0, ON_PACE, MET),
        (0, 100, Rates(1000, 980), INVALID),
        (11, 100, Rates(1000, 980), INVALID),
    ],
)
def test_the_exit_status_tells_met_missed_and_invalid_apart(bad: int, total: int, rates: Rates, code: int) -> None:
    """Exactly the allowed share is met; a run off its pace is no evidence either way."""
    assert exit_code([Tally(FAST), Tally(AVAILABLE, total, bad)], rates) == code


def test_the_report_names_what_was_missed_and_why_a_run_is_invalid() -> None:
    """Every objective has a line, and so has the pace."""
    text = report([Tally(AVAILABLE, 100, 11), Tally(FAST, 100, 1), Tally(FAST)], Rates(1000, 950))
    lines = text.splitlines()
    assert lines[1].split() == ["checkout-availability", "100", "11", "11.00%", "10.00%", "MISSED"]
    assert lines[2].endswith("met")
    assert lines[3].endswith("no events")
    assert lines[4].startswith("offered 1000 requests, achieved 950 (5.0% missing): INVALID")
