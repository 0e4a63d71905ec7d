"""Products in the database."""

from typing import Any

from sqlalchemy import Row, Select, select

from apps.data.engine import Database
from apps.data.tables import products, stock

PLENTY = 10
"""From here on the shop does not say how many are left."""


def all_products(database: Database) -> list[dict[str, Any]]:
    """Return all products in the order of `position`.

    Raises:
        DependencyError: the database does not answer.
    """
    with database.read() as connection:
        rows = connection.execute(_query().order_by(products.c.position)).all()
    return [_product(row) for row in rows]


def one_product(database: Database, sku: str) -> dict[str, Any] | None:
    """Return one product, or None when the shop does not sell it.

    Raises:
        DependencyError: the database does not answer.
    """
    with database.read() as connection:
        row = connection.execute(_query().where(products.c.sku == sku)).first()
    return None if row is None else _product(row)


def _query() -> Select[Any]:
    return select(
        products.c.sku, products.c.name, products.c.description, products.c.price_cents, stock.c.available
    ).join_from(products, stock)


def _product(row: Row[Any]) -> dict[str, Any]:
    # By name: the keys of a row's mapping are SQLAlchemy's own strings, which pydantic validates slowly.
    return {
        "sku": row.sku,
        "name": row.name,
        "description": row.description,
        "price_cents": row.price_cents,
        "currency": "EUR",
        "in_stock": row.available > 0,
        "left": min(row.available, PLENTY),
    }
