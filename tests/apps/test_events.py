"""The message of a request's log line says what happened, in few different texts."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import structlog

from apps.settings import Settings
from apps.telemetry.events import ERROR_KEY, message
from tests.apps.running import Shop, key, open_shop, order

MISSING = str(uuid.UUID(int=7))


def lines(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Route and message of each request, in the order in which they were answered."""
    return [(event["route"], event["event"]) for event in events if "milliseconds" in event]


async def test_orders_are_events(shop: Shop) -> None:
    """Both tiers say that an order was placed, placed before, or why it was refused."""
    with structlog.testing.capture_logs() as events:
        await shop.web.client.post("/api/checkout", json=order(), headers=key("k"))
        await shop.web.client.post("/api/checkout", json=order(), headers=key("k"))
        await shop.web.client.post("/api/checkout", json=order(email="other@example.org"), headers=key("k"))
        await shop.web.client.post("/api/checkout", json={}, headers=key("k"))

    assert lines(events) == [
        ("/orders", "order placed"),
        ("/api/checkout", "order placed"),
        ("/orders", "order placed before"),
        ("/api/checkout", "order placed before"),
        ("/orders", "order refused: key reused"),
        ("/api/checkout", "order refused: key reused"),
        ("/api/checkout", "request refused: invalid request"),
    ]


async def test_reads_are_their_route_and_what_is_missing_is_said(shop: Shop) -> None:
    """The message has the template of the route; addresses and ids would make each of them different."""
    with structlog.testing.capture_logs() as events:
        await shop.web.client.get("/products/mug")
        await shop.web.client.get("/products/nothing")
        await shop.web.client.get(f"/api/orders/{MISSING}")
        await shop.web.client.get("/no/such/page")

    assert lines(events) == [
        ("/products/{sku}", "GET /products/{sku} 200"),
        ("/products/{sku}", "GET /products/{sku} 200"),
        ("/products/{sku}", "product not found"),
        ("/products/{sku}", "product not found"),
        ("/orders/{order_id}", "order not found"),
        ("/api/orders/{order_id}", "order not found"),
        ("unmatched", "GET unmatched 404"),
    ]
    assert [event["order_id"] for event in events if event.get("event") == "order not found"] == [MISSING, MISSING]


async def test_a_failure_names_its_cause(settings: Settings) -> None:
    """The tier that failed and the one that needed it, as JSON and as a page; then the breaker is open."""
    patient = settings.model_copy(update={"breaker_first_seconds": 60, "breaker_most_seconds": 60})
    form = {"email": "customer@example.org", "items": "mug:1", "key": "k0"}
    async with open_shop(patient) as shop:
        await shop.orders.fault("errors", rate=1.0, seconds=60)
        with structlog.testing.capture_logs() as events:
            while shop.web.value("shop_breaker_state", dependency="orders", state="open") == 0:
                await shop.web.client.post("/api/checkout", json=order(), headers=key("k1"))
            await shop.web.client.post("/checkout", data=form)

    found = lines(events)
    assert found[0] == ("/orders", "request failed: injected fault")
    assert ("/api/checkout", "request failed: orders answered 500") in found
    assert found[-1] == ("/checkout", "request failed: orders circuit open")
    assert {event["log_level"] for event in events if event["event"].startswith("request failed")} == {"error"}
    assert {"circuit breaker opened"} == {event["event"] for event in events if "dependency" in event}


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (200, None, "GET /x 200"),
        (500, None, "request failed: 500"),
        (500, "ValueError", "request failed: ValueError"),
        (503, "database: OperationalError", "request failed: database OperationalError"),
        (504, "catalog: timeout", "request failed: catalog timeout"),
        (504, "Out of time", "request failed: out of time"),
        (404, "Product not found", "product not found"),
        (409, "Out of stock", "request refused: out of stock"),
    ],
)
def test_a_message_is_made_of_status_and_reason(status: int, error: str | None, text: str) -> None:
    """Each reason reads as part of a sentence; names of exceptions keep their spelling."""
    assert message({"method": "GET", ERROR_KEY: error}, "/x", status) == text


def test_a_visitor_invents_no_message() -> None:
    """An unknown method is `other`."""
    assert message({"method": "BREW"}, "unmatched", 405) == "other unmatched 405"
