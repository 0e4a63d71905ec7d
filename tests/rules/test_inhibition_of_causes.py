"""`depends_on` in a real Alertmanager: one incident, one page; causes page once no symptom does."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from slo.load import Source
from slo.pipeline import Request, compile_sources
from tests.conftest import found
from tests.documents import dump, load
from tests.rules.alertmanagers import running
from tests.rules.receivers import receiver

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
version: 1
service: shop
alerting: {distinguish: [cluster]}
labels: {env: prod}
slos:
  - {name: checkout, depends_on: [orders, pay/card], SLI}
  - {name: browse, depends_on: [orders], SLI}
  - {name: orders, depends_on: [database], alerts: {page: ticket}, SLI}
  - {name: database, alerts: {target: 'up{job="db"}'}, SLI}
  - {name: regions, depends_on: [zones], group_by: [region], SLI}
  - {name: zones, group_by: [region, zone], SLI}
""".replace("SLI", "objective: 99.9%, sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}'}}")
WAIT = 3
"""Seconds of `group_wait`: enough to fire two alerts within it."""
pytestmark = pytest.mark.parametrize("alertmanager", found("alertmanager").values(), ids=found("alertmanager"))

Labels = dict[str, Any]


def compiled(target: str) -> dict[str, Any]:
    """What a target makes of the specification."""
    (made,) = compile_sources([Source("slos.yaml", SPEC)], Request((target,)))
    return dict(load(*made.files.values()))


RULES = [
    {"alertname": rule["alert"], **{name: value for name, value in rule["labels"].items() if value}}
    for group in compiled("prometheus")["groups"]
    for rule in group["rules"]
    if "alert" in rule
]


def alert(slo: str, tier: str = "page-fast", **more: str) -> Labels:
    """Labels of an alert as the rules make them; more: those of a member of a group, or others."""
    return next(rule for rule in RULES if (rule["slo"], rule["tier"]) == (slo, tier)) | {"cluster": "a"} | more


CARD = alert("checkout") | {"alertname": "PayCardBudgetBurn", "service": "pay", "slo": "card"}


@pytest.mark.parametrize(
    ("fires", "held", "sent"),
    [
        ([alert("checkout")], [alert("database"), CARD], [alert("orders"), alert("browse")]),
        ([alert("checkout", "page-slow")], [alert("database", "no-data")], [alert("database", "exhausted")]),
        ([alert("checkout")], [alert("database")], [alert("database", cluster="b"), alert("database", env="test")]),
        ([alert("checkout", "ticket-fast"), alert("orders")], [], [alert("database")]),
        ([alert("database")], [], [alert("checkout", "ticket-fast"), alert("orders", "ticket-fast")]),
        (
            [alert("regions", region="a")],
            [alert("zones", region="a", zone="x"), alert("zones", "page-slow", region="a", zone="y")],
            [alert("zones", region="b", zone="x"), alert("zones", "ticket-slow", region="a", zone="z")],
        ),
    ],
    ids=["causes-of-causes", "every-page", "elsewhere", "tickets-hold-nothing", "causes-hold-nothing", "members"],
)
def test_pages_that_wait(
    alertmanager: Path, tmp_path: Path, fires: list[Labels], held: list[Labels], sent: list[Labels]
) -> None:
    """A burn-rate page holds back pages of its causes, whatever their tier; tickets of causes inform."""
    with running(alertmanager, tmp_path, dump(compiled("alertmanager"))) as server:
        server.post([*held, *sent, *fires])
        server.groups(at_least=1)
        assert in_order(server.suppressed(at_least=len(held))) == in_order(held)


def test_a_cause_that_pages_holds_back_its_own_tickets(alertmanager: Path, tmp_path: Path) -> None:
    """An inhibited page still inhibits: only causes without pages send tickets while a symptom pages."""
    tickets = [alert("database", "ticket-fast"), alert("orders", "ticket-fast")]
    with running(alertmanager, tmp_path, dump(compiled("alertmanager"))) as server:
        server.post([alert("checkout"), alert("database"), *tickets])
        assert in_order(server.suppressed(at_least=2)) == in_order([alert("database"), tickets[0]])


@pytest.mark.parametrize("others", [[alert("checkout", "page-slow")], [alert("browse")]], ids=["tier", "symptom"])
def test_a_cause_waits_until_the_last_page_ends(alertmanager: Path, tmp_path: Path, others: list[Labels]) -> None:
    """Whichever page of the symptoms ends first, or is said to end last, which is what Alertmanager compares."""
    pages = [alert("checkout")], others
    with running(alertmanager, tmp_path, dump(compiled("alertmanager"))) as server:
        for (first, second), later in product((pages, pages[::-1]), (-1, 1)):
            server.post([alert("database")])
            server.post(first, 240)
            server.post(second, 240 + later)
            assert server.suppressed(at_least=1) == [alert("database")]
            server.resolve(first)
            assert server.suppressed_now() == [alert("database")]
            server.resolve(second)
            assert server.suppressed_now() == []


def test_one_incident_is_one_page_and_a_cause_that_remains_is_another(alertmanager: Path, tmp_path: Path) -> None:
    """The cause fires first and the symptom within `group_wait`; the cause is sent when the symptom has ended."""
    with receiver() as (url, received):
        config = compiled("alertmanager")
        config["route"] |= {"group_wait": f"{WAIT}s", "group_interval": "1s"}
        config["receivers"] = [{"name": "default", "webhook_configs": [{"url": url, "send_resolved": True}]}]
        with running(alertmanager, tmp_path, dump(config)) as server:
            server.post([alert("database")])
            server.post([alert("checkout")])
            server.until(lambda: bool(received))
            assert said(received) == [("checkout", "firing")]
            server.resolve([alert("checkout")])
            server.until(lambda: ("database", "firing") in said(received))
    assert sorted(said(received)) == [("checkout", "firing"), ("checkout", "resolved"), ("database", "firing")]


def said(notifications: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """SLO and status of each alert of each notification."""
    return [(each["labels"]["slo"], each["status"]) for body in notifications for each in body["alerts"]]


def in_order(alerts: list[Labels]) -> list[list[tuple[str, str]]]:
    """Alerts as something to compare, whatever order the server gives them in."""
    return sorted(sorted(labels.items()) for labels in alerts)
