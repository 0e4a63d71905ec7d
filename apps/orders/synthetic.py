"""Synthetic orders: a prober places them, and they are removed again."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from starlette.concurrency import run_in_threadpool

from apps.data.engine import Database
from apps.data.tables import order_items, orders, stock
from apps.errors import ShopError
from apps.telemetry.instrument import untraced

CUSTOMER = "prober@probe.invalid"
"""The customer of synthetic orders; no real address ends in `.invalid` (RFC 2606)."""
KEPT = timedelta(minutes=10)
PAUSE_SECONDS = 60.0
BATCH = 500

log = structlog.stdlib.get_logger(__name__)


def remove(database: Database, before: datetime) -> int:
    """Remove the oldest synthetic orders placed before a time (UTC), and restore their stock.

    Returns:
        How many were removed, at most `BATCH`.

    Raises:
        DependencyError: the database does not answer; nothing has changed.
    """
    old = orders.c.email == CUSTOMER, orders.c.created_at < before.replace(tzinfo=None)
    line_of_sku = order_items.c.sku, func.sum(order_items.c.quantity)
    with database.write() as connection:
        found = connection.scalars(select(orders.c.order_id).where(*old).order_by(orders.c.created_at).limit(BATCH))
        removed = list(found)
        lines = order_items.c.order_id.in_(removed)
        # Sorted by SKU as `ledger.place` takes them, so that the two cannot deadlock.
        query = select(*line_of_sku).where(lines).group_by(order_items.c.sku).order_by(order_items.c.sku)
        returned = connection.execute(query).all()
        connection.execute(delete(order_items).where(lines))
        connection.execute(delete(orders).where(orders.c.order_id.in_(removed)))
        for sku, quantity in returned:
            more = update(stock).where(stock.c.sku == sku).values(available=stock.c.available + quantity)
            connection.execute(more)
    return len(removed)


async def keep_removing(database: Database) -> None:
    """Remove synthetic orders older than `KEPT`, once a minute, until cancelled."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            with untraced():
                while await run_in_threadpool(remove, database, datetime.now(UTC) - KEPT) == BATCH:
                    pass
        except ShopError as error:
            log.warning("synthetic orders are not removed", error=str(error))
