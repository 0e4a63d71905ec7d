"""The JSON API of the shop, for programs."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request, Response

from apps.guard import GuardedRoute
from apps.messages import IdempotencyKey, OrderRequest, Sku
from apps.telemetry.events import ORDER_KEY, order_placed, places_order
from apps.web.backend import Backend

router = APIRouter(prefix="/api", route_class=GuardedRoute)


@router.get("/products")
async def products(request: Request) -> dict[str, Any]:
    """All products."""
    return {"products": await _backend(request).products()}


@router.get("/products/{sku}")
async def product(request: Request, sku: Sku) -> dict[str, Any]:
    """One product; 404 when the shop does not sell it."""
    return await _backend(request).product(sku)


@router.post("/checkout", status_code=201)
async def checkout(
    request: Request,
    response: Response,
    order: OrderRequest,
    idempotency_key: Annotated[IdempotencyKey | None, Header()] = None,
) -> dict[str, Any]:
    """Place an order: 201 when it is new, 200 when the same key has placed it before, 409 and 422 when refused.

    Raises:
        HTTPException: 400 without an idempotency key.
    """
    if idempotency_key is None:
        raise HTTPException(400, "The header Idempotency-Key is missing.")
    places_order(request.scope)
    placed = await _backend(request).place(order, idempotency_key)
    order_placed(request.scope, placed.order["order_id"], new=placed.new)
    response.status_code = 201 if placed.new else 200
    return placed.order


@router.get("/orders/{order_id}")
async def order(request: Request, order_id: uuid.UUID) -> dict[str, Any]:
    """One order; 404 when there is no such order."""
    request.scope[ORDER_KEY] = str(order_id)
    return await _backend(request).order(str(order_id))


def _backend(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend
