"""Builds the catalog."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.concurrency import run_in_threadpool

from apps.catalog.cache import ProductCache
from apps.catalog.repository import all_products, one_product
from apps.catalog.routes import ALL, PREFIX, router
from apps.context import TierContext
from apps.data.engine import Database
from apps.data.lifespan import open_database
from apps.service import Tier, create_service
from apps.settings import Settings

TIER = Tier(name="catalog", routers=(router,), dependencies=("database", "cache"))


def create_app(settings: Settings, registry: CollectorRegistry | None = None) -> FastAPI:
    """Return the catalog, ready to be served."""
    return create_service(TIER, settings, _resources, registry)


@asynccontextmanager
async def _resources(app: FastAPI, context: TierContext) -> AsyncIterator[None]:
    async with open_database(context) as database:
        cache = ProductCache(context, partial(_load, database))
        async with cache.running():
            app.state.cache = cache
            yield


async def _load(database: Database, key: str) -> Any:
    if key == ALL:
        return await run_in_threadpool(all_products, database)
    return await run_in_threadpool(one_product, database, key.removeprefix(PREFIX)) or {}
