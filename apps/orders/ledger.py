"""Writes orders: one order per idempotency key, its stock reduced in the same transaction."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from apps.data.engine import Database
from apps.data.tables import order_items, orders, products, stock
from apps.errors import ShopError
from apps.schemas import OrderRequest


class KeyReused(ShopError):
    """The idempotency key belongs to a different order."""

    def __init__(self) -> None:
        super().__init__(422, "Key reused", "This idempotency key was used for a different order.")


class UnknownProduct(ShopError):
    """The order names a product that the shop does not sell."""

    def __init__(self, sku: str) -> None:
        super().__init__(422, "Unknown product", f"There is no product `{sku}`.")


class OutOfStock(ShopError):
    """The stock is lower than the quantity; nothing was taken."""

    def __init__(self, sku: str) -> None:
        super().__init__(409, "Out of stock", f"There is not enough left of `{sku}`.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A committed order; `new` is False when an earlier request placed it."""

    order_id: str
    total_cents: int
    new: bool


def place(database: Database, request: OrderRequest, key: str) -> Receipt:
    """Place an order, or return the one that the same key has placed before.

    Raises:
        KeyReused, UnknownProduct, OutOfStock: the order is refused and nothing has changed.
        DependencyError: the database does not answer; whether the order was committed is unknown, retry with the key.
    """
    quantities = request.quantities()
    with database.write() as connection:
        prices = _prices(connection, quantities)
        total = sum(prices[sku] * quantity for sku, quantity in quantities.items())
        order_id = _claim(connection, request, key, total)
        if order_id is None:
            return _earlier(connection, request, key)
        for sku, quantity in quantities.items():  # sorted by SKU, so that two orders cannot deadlock
            _take(connection, sku, quantity)
        lines = [
            {"order_id": order_id, "sku": sku, "quantity": quantity, "unit_price_cents": prices[sku]}
            for sku, quantity in quantities.items()
        ]
        connection.execute(insert(order_items), lines)
    return Receipt(order_id, total, new=True)


def find(database: Database, order_id: str) -> dict[str, Any] | None:
    """Return an order with its lines and without the customer's address, or None.

    Raises:
        DependencyError: the database does not answer.
    """
    lines = (
        select(
            orders.c.total_cents,
            orders.c.created_at,
            products.c.sku,
            products.c.name,
            order_items.c.quantity,
            order_items.c.unit_price_cents,
        )
        .select_from(orders.join(order_items).join(products))
        .where(orders.c.order_id == order_id)
        .order_by(products.c.position)
    )
    with database.read() as connection:
        rows = connection.execute(lines).mappings().all()
    if not rows:
        return None
    items = [{name: row[name] for name in ("sku", "name", "quantity", "unit_price_cents")} for row in rows]
    return {
        "order_id": order_id,
        "created_at": rows[0]["created_at"].replace(tzinfo=UTC).isoformat(),
        "items": items,
        "total_cents": rows[0]["total_cents"],
        "currency": "EUR",
    }


def _prices(connection: Connection, quantities: dict[str, int]) -> dict[str, int]:
    query = select(products.c.sku, products.c.price_cents).where(products.c.sku.in_(quantities))
    prices = {row.sku: row.price_cents for row in connection.execute(query)}
    for sku in quantities:
        if sku not in prices:
            raise UnknownProduct(sku)
    return prices


def _claim(connection: Connection, request: OrderRequest, key: str, total: int) -> str | None:
    """Return the ID of the new order; None when the key is taken (Postgres waits for concurrent transactions)."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {
        "order_id": str(uuid.uuid4()),
        "idempotency_key": key,
        "digest": request.digest(),
        "email": request.email,
        "total_cents": total,
        "created_at": datetime.now(UTC).replace(tzinfo=None),
    }
    claim = dialect.insert(orders).on_conflict_do_nothing(index_elements=["idempotency_key"])
    # RETURNING, because SQLAlchemy keeps no row count for an INSERT on Postgres.
    return connection.execute(claim.returning(orders.c.order_id), row).scalar_one_or_none()


def _earlier(connection: Connection, request: OrderRequest, key: str) -> Receipt:
    query = select(orders.c.order_id, orders.c.digest, orders.c.total_cents).where(orders.c.idempotency_key == key)
    row = connection.execute(query).one()
    if row.digest != request.digest():
        raise KeyReused
    return Receipt(row.order_id, row.total_cents, new=False)


def _take(connection: Connection, sku: str, quantity: int) -> None:
    enough = (stock.c.sku == sku) & (stock.c.available >= quantity)
    taken = connection.execute(update(stock).where(enough).values(available=stock.c.available - quantity))
    if taken.rowcount != 1:
        raise OutOfStock(sku)
