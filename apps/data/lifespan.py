"""The database of a tier: opened, prepared, checked and closed with the lifespan of the application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from prometheus_client import Gauge
from starlette.concurrency import run_in_threadpool

from apps.context import TierContext
from apps.data import seed
from apps.data.engine import POOL, STATES, WAIT_SECONDS, Database, connect, ping
from apps.faults import pool_exhaustion, slow_database
from apps.health import HealthCheck
from apps.settings import with_password
from apps.telemetry.instrument import trace_statements

NAME = "database"


@dataclass(slots=True)
class _Prepared:
    """Whether the tables are there."""

    yes: bool = False

    def set(self) -> None:
        self.yes = True


@asynccontextmanager
async def open_database(context: TierContext) -> AsyncIterator[Database]:
    """Open the database until the block ends."""
    settings = context.settings
    url = with_password(settings.database_url, settings.database_password_file)
    faults = context.faults
    opened = connect(url, lambda: faults.check_dependency(NAME), lambda: slow_database.wait(faults, WAIT_SECONDS))
    faults.effects["pool_exhaustion"] = partial(pool_exhaustion.hold, opened.take, POOL, faults)
    if context.telemetry.exports_traces:
        trace_statements(opened.engine, context.telemetry)
    connections = Gauge("shop_database_connections", "Connections of the pool.", ("state",), registry=context.registry)
    for state in STATES:
        connections.labels(state).set_function(partial(opened.connections, state))
    Gauge("shop_database_connections_limit", "Most connections of the pool.", registry=context.registry).set(POOL)
    prepared = _Prepared()
    context.health.checks.append(HealthCheck(NAME, lambda: _check(context, opened, prepared), required=True))
    task = asyncio.create_task(seed.keep_trying(opened, settings.initial_stock, prepared.set))
    try:
        yield opened
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        opened.engine.dispose()


async def _check(context: TierContext, opened: Database, prepared: _Prepared) -> str:
    if context.faults.lost(NAME):
        return "lost (fault `dependency` is on)"
    if not prepared.yes:
        return "not prepared yet"
    return await run_in_threadpool(ping, opened)
