"""The two tiers behind the pages, as the pages need them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import httpx
from prometheus_client import Gauge

from apps.health import Need
from apps.messages import OrderRequest
from apps.problems import ShopError
from apps.resilience.breaker import Breaker
from apps.resilience.budget import RetryBudget
from apps.resilience.client import Dependency
from apps.resilience.connections import UNBOUNDED, Connections
from apps.resilience.tripping import tripping
from apps.service import Kit
from apps.telemetry.instrument import trace_calls

PROBE_SECONDS = 0.3
Transports: TypeAlias = Mapping[str, httpx.AsyncBaseTransport]


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that stands; `new` is False when the same key had placed it before."""

    order: dict[str, Any]
    new: bool


@dataclass(frozen=True, slots=True)
class Backend:
    """Catalog and orders.

    Every method raises DependencyError or DeadlineExceeded when the tier behind it does not do its part.
    """

    catalog: Dependency
    orders: Dependency

    async def products(self) -> list[dict[str, Any]]:
        """All products."""
        response = await self.catalog.call("GET", "/products")
        products: list[dict[str, Any]] = _content(response)["products"]
        return products

    async def product(self, sku: str) -> dict[str, Any]:
        """One product.

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
        """One order.

        Raises:
            ShopError: 404 when there is no such order.
        """
        return _content(await self.orders.call("GET", f"/orders/{order_id}"))


def _content(response: httpx.Response) -> dict[str, Any]:
    content: dict[str, Any] = response.json()
    if response.is_success:
        return content
    raise ShopError(response.status_code, content["title"], content["detail"])


@asynccontextmanager
async def open_backend(kit: Kit, transports: Transports) -> AsyncIterator[Backend]:
    """The clients of both tiers while the web tier serves."""
    urls = {"catalog": kit.settings.catalog_url, "orders": kit.settings.orders_url}
    async with AsyncExitStack() as stack:
        retries = Gauge(
            "shop_retry_budget",
            "Retries that the budget allows right now.",
            ("dependency",),
            registry=kit.registry,
        )
        opened = {
            name: await stack.enter_async_context(_dependency(kit, name, url, transports.get(name)))
            for name, url in urls.items()
        }
        for name, dependency in opened.items():
            retries.labels(name).set_function(partial(getattr, dependency.budget, "tokens"))
        yield Backend(**opened)


@asynccontextmanager
async def _dependency(
    kit: Kit, name: str, url: str, transport: httpx.AsyncBaseTransport | None
) -> AsyncIterator[Dependency]:
    settings = kit.settings
    async with httpx.AsyncClient(base_url=url, limits=UNBOUNDED, transport=transport, trust_env=False) as http:
        if not kit.telemetry.by_agent:
            trace_calls(http, name, kit.telemetry)
        dependency = Dependency(
            name=name,
            connections=Connections(http, settings.max_connections),
            breaker=Breaker(name, tripping(settings), kit.meters.breaker_changed),
            budget=RetryBudget(settings.retry_ratio),
            meters=kit.meters,
            faults=kit.faults,
            attempts=settings.attempts,
            attempt_seconds=settings.attempt_seconds,
        )
        kit.health.needs.append(Need(name, lambda: _check(dependency), required=False))
        yield dependency


async def _check(dependency: Dependency) -> str:
    """Asks the tier itself, past the breaker, which may not have noticed yet."""
    if dependency.faults.lost(dependency.name):
        return "lost (fault `dependency` is on)"
    try:
        response = await dependency.connections.http.get("/readyz", timeout=PROBE_SECONDS)
    except httpx.TimeoutException:
        return "does not answer in time"
    except httpx.TransportError:
        return "not reachable"
    return "" if response.is_success else "not ready"
