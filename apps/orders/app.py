"""Builds the orders tier."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter

from apps.context import TierContext
from apps.data.lifespan import open_database
from apps.orders import synthetic
from apps.orders.routes import RESULTS, Orders, router
from apps.service import Tier, create_service
from apps.settings import Settings

TIER = Tier(name="orders", routers=(router,), dependencies=("database",))


def create_app(settings: Settings, registry: CollectorRegistry | None = None) -> FastAPI:
    """Return the orders tier, ready to be served."""
    return create_service(TIER, settings, _resources, registry)


@asynccontextmanager
async def _resources(app: FastAPI, context: TierContext) -> AsyncIterator[None]:
    counter = Counter("shop_orders", "Orders by result.", ("result",), registry=context.registry)
    for result in RESULTS:
        counter.labels(result)
    async with open_database(context) as database:
        app.state.orders = Orders(database, counter)
        removing = asyncio.create_task(synthetic.keep_removing(database))
        try:
            yield
        finally:
            removing.cancel()
            with suppress(asyncio.CancelledError):
                await removing
