"""The fault `pool_exhaustion`: connections of the database pool are taken and not given back until the fault ends."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from anyio import to_thread

from apps.faults.fault import Fault
from apps.faults.switches import Faults

TICK_SECONDS = 0.05


class Closable(Protocol):
    """A connection."""

    def close(self) -> None:
        """Give it back."""


async def hold(take: Callable[[], Closable | None], pool: int, faults: Faults, fault: Fault) -> None:
    """Hold the share `rate` of the `pool` until the fault ends; `take` returns None when no connection is free."""
    wanted, held = round(pool * fault.rate), list[Closable]()
    try:
        while faults.active("pool_exhaustion") is fault:
            if len(held) < wanted and (taken := await to_thread.run_sync(take)) is not None:
                held.append(taken)
                faults.count("pool_exhaustion")
                continue
            await asyncio.sleep(TICK_SECONDS)
    finally:
        for connection in held:
            connection.close()
