"""Builds the web tier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from apps.service import Kit, Tier, create_service
from apps.settings import Settings
from apps.web import api, assets, pages, render
from apps.web.backend import budgets, open_backend

TIER = Tier(
    name="web",
    routers=(pages.router, api.router, assets.router),
    dependencies=("catalog", "orders"),
    render=render.error_page,
)


def create_app(settings: Settings, registry: CollectorRegistry | None = None) -> FastAPI:
    """The web tier, ready to be served."""
    return create_service(TIER, settings, _parts, registry)


@asynccontextmanager
async def _parts(app: FastAPI, kit: Kit) -> AsyncIterator[None]:
    async with open_backend(kit) as backend:
        app.state.backend = backend
        kit.readings.add(budgets(backend))
        yield
