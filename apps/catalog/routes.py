"""What the catalog answers: all products, and one."""

from typing import Any

from fastapi import APIRouter, Request

from apps.catalog.cache import ProductCache
from apps.guard import GuardedRoute
from apps.messages import Sku
from apps.problems import NotFound

ALL = "all"
"""Key of the list in the cache; a product's key is prefixed, so that no SKU can be mistaken for it."""
PREFIX = "sku:"

router = APIRouter(route_class=GuardedRoute)


@router.get("/products")
async def products(request: Request) -> dict[str, Any]:
    """All products, in the order of the shelf."""
    cache: ProductCache = request.app.state.cache
    return {"products": await cache.get(ALL)}


@router.get("/products/{sku}")
async def product(request: Request, sku: Sku) -> dict[str, Any]:
    """One product.

    Raises:
        NotFound: 404 when the shop does not sell it.
    """
    cache: ProductCache = request.app.state.cache
    found: dict[str, Any] = await cache.get(PREFIX + sku)
    if not found:
        raise NotFound("product")
    return found
