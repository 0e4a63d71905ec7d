"""Builds the web tier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from apps.context import TierContext
from apps.service import Tier, create_service
from apps.settings import Settings
from apps.web import api, assets, pages, render
from apps.web.backend import Transports, open_backend

TIER = Tier(
    name="web",
    routers=(pages.router, api.router, assets.router),
    dependencies=("catalog", "orders"),
    render=render.error_page,
    public=True,
)


def create_app(
    settings: Settings, registry: CollectorRegistry | None = None, transports: Transports | None = None
) -> FastAPI:
    """Return the web tier, ready to be served; `transports` replaces the network to the tiers behind it."""
    return create_service(TIER, settings, partial(_resources, transports or {}), registry)


@asynccontextmanager
async def _resources(transports: Transports, app: FastAPI, context: TierContext) -> AsyncIterator[None]:
    async with open_backend(context, transports) as backend:
        app.state.backend = backend
        yield
