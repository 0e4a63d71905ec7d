"""The database as a part of a tier: opened, prepared, watched, closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from prometheus_client import Gauge
from starlette.concurrency import run_in_threadpool

from apps.data import seed
from apps.data.engine import POOL, STATES, Database, open_database, ping
from apps.health import Need
from apps.service import Kit
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
async def database(kit: Kit) -> AsyncIterator[Database]:
    """The database of a tier while it serves."""
    settings = kit.settings
    url = with_password(settings.database_url, settings.database_password_file)
    opened = open_database(url, lambda: kit.faults.check_dependency(NAME))
    if kit.telemetry.sends_traces:
        trace_statements(opened.engine, kit.telemetry)
    connections = Gauge("shop_database_connections", "Connections of the pool.", ("state",), registry=kit.registry)
    for state in STATES:
        connections.labels(state).set_function(partial(opened.connections, state))
    Gauge("shop_database_connections_limit", "Most connections of the pool.", registry=kit.registry).set(POOL)
    prepared = _Prepared()
    kit.health.needs.append(Need(NAME, lambda: _check(kit, opened, prepared), required=True))
    task = asyncio.create_task(seed.keep_trying(opened, settings.initial_stock, prepared.set))
    try:
        yield opened
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        opened.engine.dispose()


async def _check(kit: Kit, opened: Database, prepared: _Prepared) -> str:
    if kit.faults.lost(NAME):
        return "lost (fault `dependency` is on)"
    if not prepared.yes:
        return "not prepared yet"
    return await run_in_threadpool(ping, opened)
