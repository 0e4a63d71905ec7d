"""The fault `cpu`: a hot loop takes a share of the tier's only core; requests wait for the rest."""

import asyncio
import time

from apps.faults.fault import Fault
from apps.faults.switches import Faults

TICK_SECONDS = 0.05
MOST_SHARE = 0.9
"""So that the fault can be switched off."""


async def burn(faults: Faults, fault: Fault) -> None:
    """Keep the event loop busy for the share `rate` of the time until the fault ends."""
    busy = min(fault.rate, MOST_SHARE) * TICK_SECONDS
    while faults.active("cpu") is fault:
        end = time.perf_counter() + busy
        while time.perf_counter() < end:
            pass
        faults.count("cpu")
        await asyncio.sleep(TICK_SECONDS - busy)
