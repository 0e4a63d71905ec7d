"""The JSON API of the shop, for programs."""

import uuid
from typing import Any

from fastapi import APIRouter, Request, Response

from apps.admission import AdmittedRoute
from apps.idempotency import RequiredKey
from apps.schemas import OrderRequest, Sku
from apps.telemetry.events import ORDER_KEY, order_placed, places_order
from apps.web.backend import OpenBackend

router = APIRouter(prefix="/api", route_class=AdmittedRoute)


@router.get("/products")
async def products(backend: OpenBackend) -> dict[str, Any]:
    """Return all products."""
    return {"products": await backend.products()}


@router.get("/products/{sku}")
async def product(backend: OpenBackend, sku: Sku) -> dict[str, Any]:
    """Return one product; 404 when the shop does not sell it."""
    return await backend.product(sku)


@router.post("/checkout", status_code=201)
async def checkout(
    request: Request,
    response: Response,
    backend: OpenBackend,
    key: RequiredKey,
    order: OrderRequest,
) -> dict[str, Any]:
    """Place an order: 201 when it is new, 200 when the same key has placed it before, 409 and 422 when refused."""
    places_order(request.scope)
    placed = await backend.place(order, key)
    order_placed(request.scope, placed.order["order_id"], new=placed.new)
    response.status_code = 201 if placed.new else 200
    return placed.order


@router.get("/orders/{order_id}")
async def order(request: Request, backend: OpenBackend, order_id: uuid.UUID) -> dict[str, Any]:
    """Return one order; 404 when there is no such order."""
    request.scope[ORDER_KEY] = str(order_id)
    return await backend.order(str(order_id))
