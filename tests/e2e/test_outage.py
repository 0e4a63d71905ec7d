"""The Collector is killed under load: the shop serves on, and what it says meanwhile is delivered afterwards."""

import pytest

from bench.proof.outage import Outcome, Plan, suffer

pytestmark = pytest.mark.e2e

PLAN = Plan(phase=15.0, per_second=25.0)
DECISION_WAIT_SECONDS = 30.0
"""`decision_wait` of the Collector, in whose memory a trace waits."""
PACKED_WITHIN_SECONDS = 2.0
"""A second in the shop until a batch is under way, and one until the Collector looks whether the time is over."""


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A Collector that is dead for a quarter of a minute; then dead once more, while all orders fail."""
    return suffer("otel-collector", PLAN)


def test_nobody_in_the_shop_notices(outcome: Outcome) -> None:
    """Every request is answered well, before, during and after."""
    assert [phase.failed for phase in outcome.phases] == [0, 0, 0]
    assert all(phase.requests > 300 for phase in outcome.phases)


def test_every_log_line_arrives(outcome: Outcome) -> None:
    """The shop's queue bridges the outage."""
    assert outcome.lines > 1000
    assert 1 - outcome.lines_lost / outcome.lines >= 0.999


def test_no_trace_is_lost_that_was_not_in_the_memory_of_the_dead(outcome: Outcome) -> None:
    """Only what the Collector had taken and not yet passed on can be gone."""
    assert outcome.kept > 20
    assert outcome.lost_within <= DECISION_WAIT_SECONDS + PACKED_WITHIN_SECONDS
    assert outcome.told == 0


def test_the_page_of_an_slo_arrives_with_the_collector_dead(outcome: Outcome) -> None:
    """Alerting does not lean on the Collector."""
    assert outcome.noticed is not None
