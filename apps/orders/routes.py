"""The routes of the orders tier: place an order, show an order."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import Counter

from apps.admission import AdmittedRoute
from apps.data.engine import Database
from apps.errors import NotFound, ShopError
from apps.idempotency import RequiredKey
from apps.orders import ledger
from apps.schemas import OrderRequest
from apps.telemetry.events import ORDER_KEY, order_placed, places_order

REFUSALS = {
    ledger.KeyReused: "key_reused",
    ledger.OutOfStock: "out_of_stock",
    ledger.UnknownProduct: "unknown_product",
}
RESULTS = ("placed", "replayed", *REFUSALS.values())

router = APIRouter(route_class=AdmittedRoute)


@dataclass(frozen=True, slots=True)
class Orders:
    """What the routes work with: the database, and the counter of orders by result."""

    database: Database
    counter: Counter


async def _orders(request: Request) -> Orders:
    orders: Orders = request.app.state.orders
    return orders


OpenOrders = Annotated[Orders, Depends(_orders)]


@router.post("/orders", status_code=201)
def place(
    request: Request,
    response: Response,
    orders: OpenOrders,
    key: RequiredKey,
    order: OrderRequest,
) -> dict[str, Any]:
    """Place an order: 201 when it is new, 200 when the same key has placed it before.

    Raises:
        ShopError: the order is refused, or the database does not answer.
    """
    places_order(request.scope)
    count = orders.counter
    try:
        receipt = ledger.place(orders.database, order, key)
    except ShopError as error:
        if type(error) in REFUSALS:
            count.labels(REFUSALS[type(error)]).inc()
        raise
    count.labels("placed" if receipt.new else "replayed").inc()
    order_placed(request.scope, receipt.order_id, new=receipt.new)
    response.status_code = 201 if receipt.new else 200
    return {"order_id": receipt.order_id, "total_cents": receipt.total_cents, "currency": "EUR"}


@router.get("/orders/{order_id}")
def show(request: Request, orders: OpenOrders, order_id: uuid.UUID) -> dict[str, Any]:
    """Return one order with its lines.

    Raises:
        NotFound: 404 when there is no such order.
    """
    request.scope[ORDER_KEY] = str(order_id)
    found = ledger.find(orders.database, str(order_id))
    if found is None:
        raise NotFound("order")
    return found
