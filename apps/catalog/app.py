"""Builds the catalog."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.concurrency import run_in_threadpool

from apps.catalog.cache import ProductCache
from apps.catalog.routes import ALL, PREFIX, router
from apps.catalog.shelf import all_products, one_product
from apps.data import store
from apps.data.engine import Database
from apps.service import Kit, Tier, create_service
from apps.settings import Settings

TIER = Tier(name="catalog", routers=(router,), dependencies=("database", "cache"))


def create_app(settings: Settings, registry: CollectorRegistry | None = None) -> FastAPI:
    """The catalog, ready to be served."""
    return create_service(TIER, settings, _parts, registry)


@asynccontextmanager
async def _parts(app: FastAPI, kit: Kit) -> AsyncIterator[None]:
    async with store.database(kit) as database:
        cache = ProductCache(kit, partial(_load, database))
        async with cache.running():
            app.state.cache = cache
            yield


async def _load(database: Database, key: str) -> Any:
    if key == ALL:
        return await run_in_threadpool(all_products, database)
    return await run_in_threadpool(one_product, database, key.removeprefix(PREFIX)) or {}
