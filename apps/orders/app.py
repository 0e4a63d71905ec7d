"""Builds the orders tier."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter

from apps.data import store
from apps.orders import synthetic
from apps.orders.routes import RESULTS, router
from apps.service import Kit, Tier, create_service
from apps.settings import Settings

TIER = Tier(name="orders", routers=(router,), dependencies=("database",))


def create_app(settings: Settings, registry: CollectorRegistry | None = None) -> FastAPI:
    """The orders tier, ready to be served."""
    return create_service(TIER, settings, _parts, registry)


@asynccontextmanager
async def _parts(app: FastAPI, kit: Kit) -> AsyncIterator[None]:
    counter = Counter("shop_orders", "Orders by what became of them.", ("result",), registry=kit.registry)
    for result in RESULTS:
        counter.labels(result)
    async with store.database(kit) as database:
        app.state.database = database
        app.state.order_counter = counter
        removing = asyncio.create_task(synthetic.keep_removing(database))
        try:
            yield
        finally:
            removing.cancel()
            with suppress(asyncio.CancelledError):
                await removing
