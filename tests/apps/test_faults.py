"""Faults are switched by whoever has the token, end by themselves, and are visible while they last."""

import asyncio
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from apps.errors import InjectedError
from apps.faults import Fault, Faults
from apps.faults.requests import OF_REQUESTS
from apps.orders.app import create_app
from apps.settings import Settings
from tests.apps.running import ADMIN, Shop, key, order, serving


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic " + ADMIN["Authorization"].partition(" ")[2]}, 401),
        ({"Authorization": "Bearer "}, 401),
        (ADMIN, 200),
    ],
)
async def test_admin_calls_need_the_token(shop: Shop, headers: dict[str, str], status: int) -> None:
    """Without the right bearer token nothing is shown and nothing is switched."""
    client = shop.web.client
    answers = [
        await client.get("/admin/faults", headers=headers),
        await client.put("/admin/faults/errors", json={}, headers=headers),
        await client.delete("/admin/faults/errors", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert shop.web.app.state.context.faults.active("errors") is None


@pytest.mark.parametrize("content", [None, "", " \n"])
async def test_without_a_token_file_admin_calls_are_off(
    settings: Settings, tmp_path: Path, content: str | None
) -> None:
    """A process without a token refuses all admin calls, also those with an empty token."""
    path = None
    if content is not None:
        path = tmp_path / "empty"
        path.write_text(content)
    async with serving(create_app, settings.model_copy(update={"admin_token_file": path})) as orders:
        answers = [
            await orders.client.get("/admin/faults", headers=each) for each in (ADMIN, {}, {"Authorization": "Bearer "})
        ]

    assert {answer.status_code for answer in answers} == {403}
    assert "SHOP_ADMIN_TOKEN_FILE" in answers[0].json()["detail"]


@pytest.mark.parametrize(
    ("given", "status"),
    [("token", 200), ("other", 401), ("DIGEST", 401), ("sha256:DIGEST", 401), ("", 401)],
)
async def test_a_tier_may_have_the_digest_of_its_token_alone(
    settings: Settings, tmp_path: Path, given: str, status: int
) -> None:
    """The token opens what its digest does not: who reads the file of a tier has nothing to send."""
    digest = hashlib.sha256(b"token").hexdigest()
    path = tmp_path / "digest"
    path.write_text(f"sha256:{digest}\n")
    async with serving(create_app, settings.model_copy(update={"admin_token_file": path})) as orders:
        headers = {"Authorization": f"Bearer {given.replace('DIGEST', digest)}"}
        answer = await orders.client.get("/admin/faults", headers=headers)

    assert answer.status_code == status


async def test_the_fault_is_a_metric(shop: Shop) -> None:
    """Each known fault has a gauge that is 1 while it is on, and a counter of what it did."""
    assert [shop.web.value("shop_fault_active", fault=name) for name in ("errors", "latency", "dependency")] == [
        0,
        0,
        0,
    ]

    await shop.web.fault("errors", rate=1.0, seconds=60)
    await shop.web.client.get("/products")

    assert shop.web.value("shop_fault_active", fault="errors") == 1
    assert shop.web.value("shop_fault_effects_total", fault="errors") == 1
    await shop.web.client.delete("/admin/faults/errors", headers=ADMIN)
    assert shop.web.value("shop_fault_active", fault="errors") == 0
    assert (await shop.web.client.get("/products")).status_code == 200


async def test_errors_count_for_the_route_they_hit(shop: Shop) -> None:
    """An injected error is a 500 of the route that was asked for, and probes are spared."""
    await shop.web.fault("errors", rate=1.0, seconds=60)

    answers = [
        await shop.web.client.get(path) for path in ("/products", "/api/products", "/healthz", "/readyz", "/metrics")
    ]

    assert [answer.status_code for answer in answers] == [500, 500, 200, 200, 200]
    assert shop.web.value("http_requests_total", route="/products", method="GET", status="500") == 1
    assert shop.web.value("http_request_duration_seconds_count", route="/products", method="GET") == 1


async def test_a_fault_can_be_bound_to_routes(shop: Shop) -> None:
    """Only the named routes are hit."""
    await shop.web.fault("errors", rate=1.0, seconds=60, routes=["/api/checkout"])

    assert (await shop.web.client.get("/products")).status_code == 200
    answer = await shop.web.client.post("/api/checkout", json=order(), headers=key("k1"))
    assert answer.status_code == 500


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("errors", {"rate": 1.5}, "rate"),
        ("errors", {"seconds": 3601}, "seconds"),
        ("errors", {"seconds": 0}, "seconds"),
        ("errors", {"delay_ms": 10}, "`delay_ms`"),
        ("errors", {"rte": 1}, "rte"),
        ("errors", {"routes": ["/nope"]}, "unknown routes: /nope"),
        ("errors", {"dependency": "orders"}, "`dependency`"),
        ("latency", {}, "`delay_ms` is needed"),
        ("dependency", {}, "one of: catalog, orders"),
        ("dependency", {"dependency": "moon"}, "one of: catalog, orders"),
        ("dependency", {"dependency": "orders", "routes": ["/products"]}, "`routes`"),
        ("latency", {"delay_ms": 100, "p99_ms": 50}, "`p99_ms`"),
        ("errors", {"p99_ms": 50}, "`p99_ms` does not apply"),
        ("slow_database", {"delay_ms": 100}, "needs a tier with a database"),
        ("pool_exhaustion", {}, "needs a tier with a database"),
        ("cache_stampede", {}, "needs a tier with a cache"),
        ("cpu", {"routes": ["/products"]}, "`routes` does not apply"),
        ("memory_leak", {"mib_per_minute": 601}, "mib_per_minute"),
        ("bad_deploy", {"version": 'a"b'}, "version"),
        ("gremlins", {}, "name"),
    ],
)
async def test_senseless_faults_are_refused(shop: Shop, name: str, body: dict[str, Any], words: str) -> None:
    """A request that cannot be meant is refused with the reason, and switches nothing."""
    answer = await shop.web.fault(name, **body)

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    shown = (await shop.web.client.get("/admin/faults", headers=ADMIN)).json()["faults"]
    assert not any(fault["active"] for fault in shown.values())


async def test_latency_is_cut_off_by_the_deadline(settings: Settings) -> None:
    """A delay longer than the deadline ends as 504 of that route, not as a request that hangs."""
    async with serving(create_app, settings.model_copy(update={"deadline_seconds": 0.05})) as orders:
        await orders.fault("latency", rate=1.0, seconds=60, delay_ms=60_000)
        answer = await orders.client.post("/orders", json=order(), headers=key("k1"))

        assert answer.status_code == 504
        assert orders.value("http_requests_total", route="/orders", method="POST", status="504") == 1


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Read the clock."""
        return self.now


async def test_a_fault_expires() -> None:
    """When its time is over a fault has no effect any more, though nobody switched it off."""
    clock = Clock()
    faults = Faults(lambda _name: None, clock, lambda: 0.0, OF_REQUESTS)
    faults.switch_on(Fault(name="errors", rate=1.0, until=clock() + 30))
    with pytest.raises(InjectedError):
        await faults.apply("/products")

    clock.now += 30

    await faults.apply("/products")
    assert faults.active("errors") is None


async def test_a_fault_lasts_as_long_as_was_asked_for(shop: Shop) -> None:
    """The seconds of the request are the seconds of the fault, and a minute when it names none."""
    clock = Clock()
    shop.web.app.state.context.faults.clock = clock
    asked = (await shop.web.fault("errors", seconds=30)).json()
    usual = (await shop.web.fault("latency", delay_ms=1)).json()
    clock.now += 30
    shown = (await shop.web.client.get("/admin/faults", headers=ADMIN)).json()["faults"]

    assert (asked["seconds_left"], usual["seconds_left"]) == (30, 60)
    assert (shown["errors"]["active"], shown["latency"]["seconds_left"]) == (False, 30)
    assert (await shop.web.client.get("/products")).status_code == 200


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 0), (0.25, 25), (1.0, 100)])
async def test_the_rate_is_the_share_that_is_hit(rate: float, expected: int) -> None:
    """Of a hundred requests with evenly spread chances, the rate says how many are hit."""
    chances = iter(number / 100 for number in range(100))
    hits: list[str] = []
    faults = Faults(hits.append, lambda: 0.0, lambda: next(chances), OF_REQUESTS)
    faults.switch_on(Fault(name="errors", rate=rate, until=1.0))

    await asyncio.gather(*(faults.apply("/") for _ in range(100)), return_exceptions=True)

    assert len(hits) == expected


async def test_a_lost_database_shows_in_readiness(shop: Shop) -> None:
    """Losing the database makes orders unready, with the reason, and its answers 503."""
    await shop.orders.fault("dependency", rate=1.0, seconds=60, dependency="database")

    readiness = await shop.orders.client.get("/readyz")
    answer = await shop.orders.client.post("/orders", json=order(), headers=key("k1"))

    assert readiness.status_code == 503
    assert "fault" in readiness.json()["checks"]["database"]
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert shop.orders.value("http_requests_total", route="/orders", method="POST", status="503") == 1


async def test_a_lost_cache_is_no_reason_to_fail(shop: Shop) -> None:
    """Without its cache the catalog reads from the database and says that it is degraded."""
    await shop.catalog.fault("dependency", rate=1.0, seconds=60, dependency="cache")

    products = await shop.catalog.client.get("/products")
    readiness = await shop.catalog.client.get("/readyz")

    assert products.status_code == 200
    assert (readiness.status_code, readiness.json()["status"]) == (200, "degraded")
    assert shop.catalog.value("shop_cache_requests_total", result="bypass") == 1


async def test_failing_orders_fail_the_checkout_fast_and_heal(settings: Settings) -> None:
    """All orders failing: checkout answers 5xx, soon without asking; when it is over, checkout works again."""
    from tests.apps.running import open_shop  # noqa: PLC0415

    quick = settings.model_copy(update={"breaker_calls": 5, "breaker_most_seconds": 0.1})
    async with open_shop(quick) as shop:
        await shop.orders.fault("errors", rate=1.0, seconds=60)
        answers = [
            await shop.web.client.post("/api/checkout", json=order(), headers=key(f"k{number}")) for number in range(8)
        ]
        asked = shop.orders.count("http_requests_total")
        open_ = shop.web.count("shop_dependency_requests_total", outcome="circuit_open")
        await shop.orders.client.delete("/admin/faults/errors", headers=ADMIN)
        await asyncio.sleep(0.15)
        healed = await shop.web.client.post("/api/checkout", json=order(), headers=key("healed"))

    assert {answer.status_code for answer in answers} <= {502, 503}
    assert answers[0].status_code == 502
    assert open_ > 0
    assert asked < 8 * 3
    assert healed.status_code == 201


async def test_switching_is_logged_without_the_token(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the log sees when a fault began and ended, but no secret."""
    import structlog  # noqa: PLC0415

    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as events:
        await shop.web.fault("errors", rate=0.5, seconds=60)
        await shop.web.client.delete("/admin/faults/errors", headers=ADMIN)

    assert [event["event"] for event in events if "fault" in event] == ["fault switched on", "fault switched off"]
    assert ADMIN["Authorization"].partition(" ")[2] not in json.dumps(events, default=str) + caplog.text


async def test_latency_delays_within_the_deadline(shop: Shop) -> None:
    """A delay within the deadline lets the request succeed, and is counted as an effect."""
    await shop.web.fault("latency", rate=1.0, seconds=60, delay_ms=1)

    answer: httpx.Response = await shop.web.client.get("/products")

    assert answer.status_code == 200
    assert shop.web.value("shop_fault_effects_total", fault="latency") == 1
