"""The fault `memory_leak`: resident memory grows up to a limit, and is given back when the fault ends."""

import asyncio
import mmap

from apps.faults.fault import Fault
from apps.faults.switches import Faults

BLOCK = 64 * 1024
MOST_BLOCKS = 64 * 1024 * 1024 // BLOCK
"""64 MiB: a tier needs about 100 MiB, a container has 192 MiB."""
BLOCKS_PER_MIB = 1024 * 1024 // BLOCK
TICK_SECONDS = 0.05


async def leak(faults: Faults, fault: Fault) -> None:
    """Take `rate` times `mib_per_minute` until the fault ends."""
    per_second = fault.rate * fault.mib_per_minute * BLOCKS_PER_MIB / 60
    start = faults.clock()
    held: list[mmap.mmap] = []
    try:
        while faults.active("memory_leak") is fault:
            due = min(int((faults.clock() - start) * per_second) + 1, MOST_BLOCKS)
            for _ in range(due - len(held)):
                held.append(_take())
                faults.count("memory_leak")
            await asyncio.sleep(TICK_SECONDS)
    finally:
        for block in held:
            block.close()


def _take() -> mmap.mmap:
    # Not from Python's allocator, which would keep what is freed.
    block = mmap.mmap(-1, BLOCK)
    block.write(b"\xff" * BLOCK)
    return block
