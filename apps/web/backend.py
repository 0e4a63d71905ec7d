"""The two tiers behind the pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeAlias

import httpx
from fastapi import Depends, Request
from prometheus_client import Gauge

from apps.context import TierContext
from apps.errors import ShopError
from apps.health import HealthCheck
from apps.resilience.breaker import Breaker
from apps.resilience.breaker_limits import BreakerLimits
from apps.resilience.budget import RetryBudget
from apps.resilience.client import Dependency
from apps.resilience.connections import UNBOUNDED, Connections
from apps.schemas import OrderRequest
from apps.telemetry.instrument import trace_calls

PROBE_SECONDS = 0.3
Transports: TypeAlias = Mapping[str, httpx.AsyncBaseTransport]


@dataclass(frozen=True, slots=True)
class Placed:
    """A placed order; `new` is False when the same key had placed it before."""

    order: dict[str, Any]
    new: bool


@dataclass(frozen=True, slots=True)
class Backend:
    """Catalog and orders.

    Every method raises DependencyError or DeadlineExceeded when the tier behind it fails.
    """

    catalog: Dependency
    orders: Dependency

    async def products(self) -> list[dict[str, Any]]:
        """Return all products."""
        response = await self.catalog.call("GET", "/products")
        products: list[dict[str, Any]] = _content(response)["products"]
        return products

    async def product(self, sku: str) -> dict[str, Any]:
        """Return one product.

        Raises:
            ShopError: 404 when the shop does not sell it.
        """
        return _content(await self.catalog.call("GET", f"/products/{sku}"))

    async def place(self, order: OrderRequest, key: str) -> Placed:
        """Place an order; safe to repeat with the same key.

        Raises:
            ShopError: the order is refused (409, 422).
        """
        response = await self.orders.call("POST", "/orders", body=order.model_dump(), key=key)
        return Placed(_content(response), response.status_code == httpx.codes.CREATED)

    async def order(self, order_id: str) -> dict[str, Any]:
        """Return one order.

        Raises:
            ShopError: 404 when there is no such order.
        """
        return _content(await self.orders.call("GET", f"/orders/{order_id}"))


async def _of_request(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend


OpenBackend = Annotated[Backend, Depends(_of_request)]
"""A parameter of a route that gets the backend."""


def _content(response: httpx.Response) -> dict[str, Any]:
    content: dict[str, Any] = response.json()
    if response.is_success:
        return content
    raise ShopError(response.status_code, content["title"], content["detail"])


@asynccontextmanager
async def open_backend(context: TierContext, transports: Transports) -> AsyncIterator[Backend]:
    """Open the clients of both tiers until the block ends."""
    urls = {"catalog": context.settings.catalog_url, "orders": context.settings.orders_url}
    async with AsyncExitStack() as stack:
        retries = Gauge(
            "shop_retry_budget",
            "Retries that the budget allows right now.",
            ("dependency",),
            registry=context.registry,
        )
        opened = {
            name: await stack.enter_async_context(_dependency(context, name, url, transports.get(name)))
            for name, url in urls.items()
        }
        for name, dependency in opened.items():
            retries.labels(name).set_function(partial(getattr, dependency.budget, "tokens"))
        yield Backend(**opened)


@asynccontextmanager
async def _dependency(
    context: TierContext, name: str, url: str, transport: httpx.AsyncBaseTransport | None
) -> AsyncIterator[Dependency]:
    settings = context.settings
    async with httpx.AsyncClient(base_url=url, limits=UNBOUNDED, transport=transport, trust_env=False) as http:
        if not context.telemetry.by_agent:
            trace_calls(http, name, context.telemetry)
        dependency = Dependency(
            name=name,
            connections=Connections(http, settings.max_connections),
            breaker=Breaker(name, BreakerLimits.of(settings), context.metrics.breaker_changed),
            budget=RetryBudget(settings.retry_ratio),
            metrics=context.metrics,
            faults=context.faults,
            attempts=settings.attempts,
            attempt_seconds=settings.attempt_seconds,
        )
        context.health.checks.append(HealthCheck(name, lambda: _check(dependency), required=False))
        yield dependency


async def _check(dependency: Dependency) -> str:
    """Probe the tier without the breaker, which may not have noticed yet."""
    if dependency.faults.lost(dependency.name):
        return "lost (fault `dependency` is on)"
    try:
        response = await dependency.connections.http.get("/readyz", timeout=PROBE_SECONDS)
    except httpx.TimeoutException:
        return "does not answer in time"
    except httpx.TransportError:
        return "not reachable"
    return "" if response.is_success else "not ready"
