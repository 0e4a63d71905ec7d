"""A fault that is switched on, and the names of all faults."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

FaultName = Literal[
    "errors",
    "latency",
    "dependency",
    "log_flood",
    "cardinality",
    "cpu",
    "memory_leak",
    "bad_deploy",
    "pool_exhaustion",
    "slow_database",
    "cache_stampede",
]
NAMES: tuple[FaultName, ...] = get_args(FaultName)

BAD_VERSION = "bad"
MIB_PER_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that is switched on; `until` is a reading of the monotonic clock.

    Attributes:
        delay_ms: the delay, its median when `p99_ms` is given.
        bypass: a flood passes the limits of the shop on log lines and label values.
        version: the release that `bad_deploy` pretends to run.
    """

    name: FaultName
    rate: float
    until: float
    delay_ms: int = 0
    p99_ms: int = 0
    dependency: str = ""
    routes: tuple[str, ...] = ()
    bypass: bool = False
    mib_per_minute: float = MIB_PER_MINUTE
    version: str = BAD_VERSION

    def meets(self, route: str) -> bool:
        """Return whether the fault applies to this route; without routes it applies to all."""
        return not self.routes or route in self.routes


Effect: TypeAlias = Callable[[Fault], Coroutine[None, None, None]]
"""What a fault does to one request, or in the background until it is no longer on."""
