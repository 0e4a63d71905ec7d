"""An open loop: the intended start of each probe, whatever the results before."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count


async def intended_starts(first: float, per_second: float) -> AsyncIterator[float]:
    """Yield each intended start, in seconds of the loop's clock, as soon as it has come.

    None is left out: after a pause of this process the missed ones come at once, each with its own intended time.
    """
    clock = asyncio.get_running_loop().time
    for number in count():
        start = first + number / per_second
        await asyncio.sleep(max(0.0, start - clock()))
        yield start
