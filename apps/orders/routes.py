"""What the orders tier answers: an order is placed, an order is shown."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request, Response
from prometheus_client import Counter

from apps.data.engine import Database
from apps.guard import GuardedRoute
from apps.messages import IdempotencyKey, OrderRequest
from apps.orders import ledger
from apps.problems import NotFound, ShopError
from apps.telemetry.events import ORDER_KEY, order_placed, places_order

REFUSALS = {
    ledger.KeyReused: "key_reused",
    ledger.OutOfStock: "out_of_stock",
    ledger.UnknownProduct: "unknown_product",
}
RESULTS = ("placed", "replayed", *REFUSALS.values())

router = APIRouter(route_class=GuardedRoute)


@router.post("/orders", status_code=201)
def place(
    request: Request,
    response: Response,
    order: OrderRequest,
    idempotency_key: Annotated[IdempotencyKey | None, Header()] = None,
) -> dict[str, Any]:
    """Place an order: 201 when it is new, 200 when the same key has placed it before.

    Raises:
        HTTPException: 400 without an idempotency key.
        ShopError: the order is refused, or the database does not answer.
    """
    if idempotency_key is None:
        raise HTTPException(400, "The header Idempotency-Key is missing.")
    places_order(request.scope)
    database: Database = request.app.state.database
    count: Counter = request.app.state.order_counter
    try:
        receipt = ledger.place(database, order, idempotency_key)
    except ShopError as error:
        if type(error) in REFUSALS:
            count.labels(REFUSALS[type(error)]).inc()
        raise
    count.labels("placed" if receipt.new else "replayed").inc()
    order_placed(request.scope, receipt.order_id, new=receipt.new)
    response.status_code = 201 if receipt.new else 200
    return {"order_id": receipt.order_id, "total_cents": receipt.total_cents, "currency": "EUR"}


@router.get("/orders/{order_id}")
def show(request: Request, order_id: uuid.UUID) -> dict[str, Any]:
    """One order with its lines.

    Raises:
        NotFound: 404 when there is no such order.
    """
    request.scope[ORDER_KEY] = str(order_id)
    found = ledger.find(request.app.state.database, str(order_id))
    if found is None:
        raise NotFound("order")
    return found
