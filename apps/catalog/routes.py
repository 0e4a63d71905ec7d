"""The routes of the catalog: all products, and one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from apps.admission import AdmittedRoute
from apps.catalog.cache import ProductCache
from apps.errors import NotFound
from apps.schemas import Sku

ALL = "all"
"""Key of the list in the cache; a product's key is prefixed, so that no SKU can be mistaken for it."""
PREFIX = "sku:"

router = APIRouter(route_class=AdmittedRoute)


async def _cache(request: Request) -> ProductCache:
    cache: ProductCache = request.app.state.cache
    return cache


Cache = Annotated[ProductCache, Depends(_cache)]


@router.get("/products")
async def products(cache: Cache) -> dict[str, Any]:
    """Return all products."""
    return {"products": await cache.get(ALL)}


@router.get("/products/{sku}")
async def product(cache: Cache, sku: Sku) -> dict[str, Any]:
    """Return one product.

    Raises:
        NotFound: 404 when the shop does not sell it.
    """
    found: dict[str, Any] = await cache.get(PREFIX + sku)
    if not found:
        raise NotFound("product")
    return found
