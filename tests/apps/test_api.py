"""The JSON APIs: what a program gets, and what it is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from apps.catalog.app import create_app as create_catalog
from apps.orders.app import create_app as create_orders
from apps.resilience import deadline
from apps.settings import Settings
from tests.apps.running import Shop, key, order, ready, serving


async def test_a_program_buys(shop: Shop) -> None:
    """Products are listed, one is shown, an order is placed (201), found again (200) and can be read."""
    client = shop.web.client
    listed = (await client.get("/api/products")).json()["products"]
    shown = (await client.get(f"/api/products/{listed[0]['sku']}")).json()
    first = await client.post("/api/checkout", json=order(), headers=key("k1"))
    again = await client.post("/api/checkout", json=order(), headers=key("k1"))
    placed = (await client.get(f"/api/orders/{first.json()['order_id']}")).json()

    assert shown == listed[0]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert placed["items"] == [{"sku": "mug", "name": "Stoneware mug", "quantity": 2, "unit_price_cents": 1450}]
    assert placed["total_cents"] == first.json()["total_cents"] == 2900


async def test_a_key_for_another_order_is_refused(shop: Shop) -> None:
    """The same key with another content is 422, through both tiers, and no error of ours."""
    await shop.web.client.post("/api/checkout", json=order(), headers=key("k1"))

    answer = await shop.web.client.post("/api/checkout", json=order(email="other@example.org"), headers=key("k1"))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "different order" in answer.json()["detail"]
    assert shop.orders.value("shop_orders_total", result="key_reused") == 1


async def test_racing_requests_place_one_order(shop: Shop) -> None:
    """Twenty requests with one key at once are one order."""
    answers = await asyncio.gather(
        *(shop.web.client.post("/api/checkout", json=order(), headers=key("k1")) for _ in range(20))
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["order_id"] for answer in answers}) == 1


@pytest.mark.parametrize("headers", [{}, key(""), key("k" * 129), key("with space"), key("\x7f")])
async def test_an_order_needs_a_key(shop: Shop, headers: dict[str, str]) -> None:
    """Without a usable key an order is refused by both tiers."""
    for client, path in ((shop.web.client, "/api/checkout"), (shop.orders.client, "/orders")):
        answer = await client.post(path, json=order(), headers=headers)
        assert answer.status_code == (422 if headers else 400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        order(items=[]),
        order(items=[{"sku": "mug", "quantity": 0}]),
        order(items=[{"sku": "mug", "quantity": 100}]),
        order(items=[{"sku": "mug", "quantity": 1.5}]),
        order(items=[{"sku": "MUG'; --", "quantity": 1}]),
        order(items=[{"sku": "mug", "quantity": 1}] * 21),
        order(items=[{"sku": "yacht", "quantity": 1}]),
        order(email="nobody"),
        order(email="a@b\nBcc: c@d"),
        order(discount=100),
    ],
)
async def test_bad_orders_are_refused(shop: Shop, body: dict[str, Any]) -> None:
    """An order that is not valid is 422 and changes nothing; the answer does not repeat what was sent."""
    answer = await shop.web.client.post("/api/checkout", json=body, headers=key("k1"))

    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert "--" not in answer.text
    assert "Bcc" not in answer.text
    assert shop.orders.value("shop_orders_total", result="placed") == 0


async def test_large_bodies_are_refused(shop: Shop) -> None:
    """A body above the limit is 413, counted for its route."""
    body = order(email="x" * 20_000)

    answer = await shop.web.client.post("/api/checkout", json=body, headers=key("k1"))

    assert answer.status_code == 413
    assert shop.web.value("http_requests_total", route="/api/checkout", method="POST", status="413") == 1


async def test_a_large_body_without_a_length_is_refused(shop: Shop) -> None:
    """A body that does not say how long it is is read no further than the limit."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" " * 1024

    headers = key("k1") | {"Content-Type": "application/json"}
    answer = await shop.web.client.post("/api/checkout", content=endless(), headers=headers)

    assert answer.status_code == 413


async def test_more_requests_than_places_are_shed(settings: Settings) -> None:
    """A process that is full answers 503 with Retry-After at once, for the route that was asked for."""
    async with serving(create_orders, settings.model_copy(update={"max_in_flight": 2})) as orders:
        await orders.fault("latency", rate=1.0, seconds=60, delay_ms=200)
        answers = await asyncio.gather(*(orders.client.get("/orders/x") for _ in range(5)))
        probe = await orders.client.get("/healthz")

        shed = [answer for answer in answers if answer.status_code == 503]
        assert len(shed) == 3
        assert all(answer.headers["retry-after"] == "1" for answer in shed)
        assert orders.value("shop_requests_shed_total") == 3
        assert orders.value("http_requests_total", route="/orders/{order_id}", method="GET", status="503") == 3
        assert orders.value("shop_requests_in_flight") == 0
        assert probe.status_code == 200


async def test_a_request_whose_time_is_over_is_not_served(shop: Shop) -> None:
    """A caller that gives no time gets 504."""
    answer = await shop.orders.client.get("/orders/x", headers={deadline.HEADER: "0"})

    assert answer.status_code == 504
    assert shop.orders.value("http_requests_total", route="/orders/{order_id}", method="GET", status="504") == 1


async def test_a_visitor_cannot_shorten_the_deadline(shop: Shop) -> None:
    """Visitors who give a millisecond are served as others are, and open no circuit breaker for everybody."""
    answers = [await shop.web.client.get("/api/products", headers={deadline.HEADER: "1"}) for _ in range(12)]

    assert {answer.status_code for answer in answers} == {200}
    assert shop.web.value("shop_breaker_state", dependency="catalog", state="closed") == 1


async def test_web_gives_the_tiers_behind_it_less_than_it_has(shop: Shop, settings: Settings) -> None:
    """The deadline of a visitor's request goes along with the call that serves it."""
    given: list[int] = []

    async def remember(request: httpx.Request) -> None:
        given.append(int(request.headers[deadline.HEADER]))

    shop.web.app.state.backend.catalog.connections.http.event_hooks["request"].append(remember)
    await shop.web.client.get("/api/products")

    assert len(given) == 1
    assert 0 < given[0] <= settings.deadline_seconds * 1000


async def test_readiness_tells_why(settings: Settings) -> None:
    """Without its database a tier lives, is not ready, and says so."""
    missing = settings.model_copy(update={"database_url": "postgresql+psycopg://shop@127.0.0.1:1/none"})
    async with serving(create_catalog, missing) as catalog:
        alive = await catalog.client.get("/healthz")
        readiness = await catalog.client.get("/readyz")
        products = await catalog.client.get("/products")

    assert alive.status_code == 200
    assert (readiness.status_code, readiness.json()["status"]) == (503, "not ready")
    assert readiness.json()["checks"]["database"] == "not prepared yet"
    assert products.status_code == 503


async def test_web_is_degraded_when_one_tier_is_gone(shop: Shop) -> None:
    """Web can serve a part while one tier is gone, and nothing when both are."""
    before = (await shop.web.client.get("/readyz")).json()
    shop.orders.app.state.context.health.draining = True
    one = await shop.web.client.get("/readyz")
    shop.catalog.app.state.context.health.draining = True
    both = await shop.web.client.get("/readyz")

    assert before == {"status": "ready", "checks": {"catalog": "ok", "orders": "ok"}}
    assert (one.status_code, one.json()["status"]) == (200, "degraded")
    assert one.json()["checks"]["orders"] == "not ready"
    assert both.status_code == 503


async def test_a_draining_process_is_not_ready(shop: Shop) -> None:
    """A process that is about to leave says so, and still answers requests."""
    shop.catalog.app.state.context.health.draining = True

    readiness = await shop.catalog.client.get("/readyz")

    assert (readiness.status_code, readiness.json()["checks"]["process"]) == (503, "shutting down")
    assert (await shop.catalog.client.get("/products")).status_code == 200
    assert shop.catalog.value("shop_draining") == 1


async def test_both_databases_serve_the_shop(settings: Settings, database_url: str) -> None:
    """Catalog and orders work on SQLite and on Postgres alike."""
    placed = settings.model_copy(update={"database_url": database_url})
    async with serving(create_catalog, placed) as catalog, serving(create_orders, placed) as orders:
        await asyncio.gather(ready(catalog), ready(orders))
        products = (await catalog.client.get("/products")).json()["products"]
        answer = await orders.client.post("/orders", json=order(), headers=key("k1"))
        shown = await orders.client.get(f"/orders/{answer.json()['order_id']}")

    assert len(products) == 12
    assert answer.status_code == 201
    assert shown.json()["created_at"].endswith("+00:00")
