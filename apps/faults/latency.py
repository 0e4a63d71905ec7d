"""The fault `latency`: a fixed delay, or a log-normal one with a median and a 99th percentile."""

import asyncio
import math
import random
from collections.abc import Callable
from statistics import NormalDist

from apps.faults.fault import Fault

Z99 = NormalDist().inv_cdf(0.99)
MOST_SECONDS = 60.0


def seconds(fault: Fault, draw: Callable[[float, float], float] = random.lognormvariate) -> float:
    """Return the delay of one request in seconds; `draw` is a log-normal variate of mu and sigma."""
    if not fault.p99_ms:
        return fault.delay_ms / 1000
    sigma = math.log(fault.p99_ms / fault.delay_ms) / Z99
    return min(draw(math.log(fault.delay_ms / 1000), sigma), MOST_SECONDS)


async def delay(fault: Fault) -> None:
    """Delay one request."""
    await asyncio.sleep(seconds(fault))
