"""What the demo observes: the answers of Prometheus, Alertmanager and the pager, read as one observation."""

import json
from typing import Any

import pytest

from box.demo.observer import Observation, Observer
from box.errors import BoxError
from tests.box.example import OBJECTIVE
from tests.box.served import Answer, served

NOW = 1000.0


def alert(tier: str, name: str = OBJECTIVE.alert, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an alert as the servers describe it."""
    return {"labels": {"alertname": name, "tier": tier}, **more}


def notification(at: float, *alerts: dict[str, Any]) -> dict[str, Any]:
    """Return what the pager was told at a moment."""
    return {"received": at, "alerts": list(alerts)}


def look(
    values: list[Any] = [],  # noqa: B006 - never changed
    prometheus: list[Any] = [],  # noqa: B006
    alertmanager: list[Any] = [],  # noqa: B006
    pager: list[Any] = [],  # noqa: B006
) -> Observation:
    """Return what is seen when the servers say this; the pager lists its news newest first."""
    answers = {
        "/api/v1/query": {"data": {"result": values}},
        "/api/v1/alerts": {"data": {"alerts": prometheus}},
        "/api/v2/alerts": alertmanager,
        "/api/notifications": pager,
    }
    with served({path: Answer(body=json.dumps(answer)) for path, answer in answers.items()}) as settings:
        return Observer(settings, OBJECTIVE).observe(NOW, since=900.0)


def test_records_are_known_by_name_and_kind() -> None:
    """The counts of an SLO share a name and differ by kind."""
    rows = [
        {"metric": {"__name__": "slo:budget_remaining:ratio"}, "value": [1, "0.5"]},
        {"metric": {"__name__": "slo:events:1h", "kind": "bad"}, "value": [1, "7"]},
    ]

    assert look(values=rows).values == {"slo:budget_remaining:ratio": 0.5, "slo:events:1h bad": 7.0}


def test_only_firing_alerts_of_the_slo_are_active() -> None:
    """Neither a pending alert nor one of another SLO starts the clock; Prometheus' own moment does."""
    at = "1970-01-01T00:16:30.5Z"
    alerts = [
        alert("page-fast", state="firing", activeAt=at),
        alert("page-slow", state="pending", activeAt=at),
        alert("ticket-fast", "AnotherBudgetBurn", state="firing", activeAt=at),
        {"labels": {"alertname": "NoData"}, "state": "firing", "activeAt": at},
    ]

    assert look(prometheus=alerts).active == {"page-fast": 990.5}


def test_alertmanager_tells_routed_from_held_back() -> None:
    """A ticket that the page inhibits is held back, not routed."""
    alerts = [alert("page-fast", status={"state": "active"}), alert("ticket-fast", status={"state": "suppressed"})]
    seen = look(alertmanager=alerts)

    assert (set(seen.routed), set(seen.suppressed)) == ({"page-fast"}, {"ticket-fast"})


def test_the_pager_rings_at_the_first_notification_of_this_run() -> None:
    """Repeated notifications change nothing, and those of an earlier run are none of this one's."""
    fires = alert("page-fast", status="firing")
    seen = look(pager=[notification(960, fires), notification(950, fires), notification(800, fires)])

    assert (seen.paged, seen.cleared) == ({"page-fast": 950}, {})


def test_a_page_that_fires_again_is_not_resolved() -> None:
    """Resolved means that the last word is `resolved`; the moment is the first one that said so."""
    fires, ends = alert("page-fast", status="firing"), alert("page-fast", status="resolved")
    ended = [notification(970, ends), notification(960, ends), notification(950, fires)]

    assert look(pager=ended).cleared == {"page-fast": 960}
    assert look(pager=[notification(980, fires), *ended]).cleared == {}


def test_other_alerts_ring_nothing() -> None:
    """The page of another SLO does not let the demo pass."""
    other = alert("page-fast", "AnotherBudgetBurn", status="firing")

    assert look(pager=[notification(950, other)]).paged == {}


@pytest.mark.parametrize("broken", [Answer(500), Answer(body="<html>")])
def test_a_server_that_does_not_answer_as_it_should_is_one_line(broken: Answer) -> None:
    """The demo ends with a sentence, not with a traceback."""
    with served({"/api/v2/alerts": broken}) as settings, pytest.raises(BoxError, match="a server of the demo"):
        Observer(settings, OBJECTIVE).observe(NOW, since=900.0)
