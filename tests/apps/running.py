"""Tiers that serve inside of the test process, without a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from apps.catalog.app import create_app as create_catalog
from apps.orders.app import create_app as create_orders
from apps.settings import Settings
from apps.telemetry.metrics import new_registry
from apps.web.app import create_app as create_web

TOKEN = "token-of-the-tests"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}

Create = Callable[[Settings, CollectorRegistry], FastAPI]


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier with a client that calls it and the registry of its metrics."""

    app: FastAPI
    client: httpx.AsyncClient
    registry: CollectorRegistry

    def value(self, name: str, **labels: str) -> float | None:
        """The value of a series, or None when there is no such series."""
        return self.registry.get_sample_value(name, labels)

    def count(self, name: str, **labels: str) -> float:
        """The sum of all series of a metric that carry these labels."""
        return sum(
            sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    async def fault(self, name: str, **wanted: Any) -> httpx.Response:
        """Switch a fault on."""
        return await self.client.put(f"/admin/faults/{name}", json=wanted, headers=ADMIN)


@dataclass(frozen=True, slots=True)
class Shop:
    """All three tiers; `web` calls the others directly instead of through the network."""

    web: Tier
    catalog: Tier
    orders: Tier


@asynccontextmanager
async def serving(create: Create, settings: Settings) -> AsyncIterator[Tier]:
    """Serve one tier until the block ends."""
    registry = new_registry()
    app = create(settings, registry)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://testserver")
        yield Tier(app, await stack.enter_async_context(client), registry)


@asynccontextmanager
async def open_shop(settings: Settings) -> AsyncIterator[Shop]:
    """Serve all three tiers until the block ends."""
    async with AsyncExitStack() as stack:
        catalog = await ready(await stack.enter_async_context(serving(create_catalog, settings)))
        orders = await ready(await stack.enter_async_context(serving(create_orders, settings)))
        transports = {
            name: httpx.ASGITransport(tier.app, raise_app_exceptions=False)
            for name, tier in (("catalog", catalog), ("orders", orders))
        }
        create = partial(create_web, transports=transports)
        yield Shop(await stack.enter_async_context(serving(create, settings)), catalog, orders)


async def ready(tier: Tier) -> Tier:
    """Return the tier as soon as it is ready.

    Raises:
        AssertionError: it was not ready within ten seconds.
    """
    for _ in range(500):
        answer = await tier.client.get("/readyz")
        if answer.is_success:
            return tier
        await asyncio.sleep(0.02)
    raise AssertionError("the tier did not get ready")


def order(**changes: Any) -> dict[str, Any]:
    """The body of an ordinary order."""
    return {"items": [{"sku": "mug", "quantity": 2}], "email": "customer@example.org"} | changes


def key(text: str) -> dict[str, str]:
    """The header that carries an idempotency key."""
    return {"Idempotency-Key": text}
