"""Creates the tables and inserts the seed data, once, however many tiers start at the same time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from starlette.concurrency import run_in_threadpool

from apps.data.engine import Database
from apps.data.seed_data import PRODUCTS
from apps.data.tables import metadata, orders_by_email, products, stock
from apps.errors import ShopError
from apps.telemetry.instrument import untraced

LOCK = 7_353_267  # any number that all tiers agree on
PAUSE_SECONDS = 0.5

log = structlog.stdlib.get_logger(__name__)


def prepare(database: Database, initial_stock: int) -> None:
    """Create what is missing; a restart changes no stock.

    Raises:
        DependencyError: the database does not answer.
    """
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        metadata.create_all(connection)
        orders_by_email.create(connection, checkfirst=True)  # in a database that is older than the index
        insert_missing(
            connection, products, [asdict(item) | {"position": place} for place, item in enumerate(PRODUCTS)]
        )
        levels = [{"sku": item.sku, "initial": initial_stock, "available": initial_stock} for item in PRODUCTS]
        insert_missing(connection, stock, levels)


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


async def keep_trying(database: Database, initial_stock: int, done: Callable[[], None]) -> None:
    """Prepare the database as soon as it answers; until then the tier is alive but not ready."""
    reported = ""
    while True:
        try:
            with untraced():
                await run_in_threadpool(prepare, database, initial_stock)
        except ShopError as error:
            if str(error) != reported:
                reported = str(error)
                log.warning("waiting for the database", error=reported)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            log.info("database ready")
            done()
            return
