"""Faults on demand, each with a rate and an expiry; off by default.

Errors, latency and lost dependencies hit requests; floods (apps/floods.py) run in the background.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Literal, get_args

import structlog

from apps.errors import InjectedError, unreachable

FaultName = Literal["errors", "latency", "dependency", "log_flood", "cardinality"]
NAMES: tuple[FaultName, ...] = get_args(FaultName)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that is switched on; `until` is a reading of the monotonic clock.

    `bypass`: a flood passes the limits of the shop on log lines and label values.
    """

    name: FaultName
    rate: float
    until: float
    delay_ms: int = 0
    dependency: str = ""
    routes: tuple[str, ...] = ()
    bypass: bool = False

    def meets(self, route: str) -> bool:
        """Return whether the fault applies to this route; without routes it applies to all."""
        return not self.routes or route in self.routes


Effect = Callable[[Fault], Coroutine[None, None, None]]
"""The background task of a fault; it ends when the fault is no longer on."""


@dataclass(slots=True)
class Faults:
    """The fault switches of one process; `count` is called for every request or call that a fault hit."""

    count: Callable[[FaultName], None]
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    effects: dict[FaultName, Effect] = field(default_factory=dict)
    _on: dict[FaultName, Fault] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def switch_on(self, fault: Fault) -> None:
        """Switch a fault on; it replaces an earlier one of the same name."""
        self._on[fault.name] = fault
        log.warning(
            "fault switched on",
            fault=fault.name,
            rate=fault.rate,
            seconds=round(fault.until - self.clock(), 1),
            delay_ms=fault.delay_ms,
            dependency=fault.dependency,
            routes=list(fault.routes),
            bypass=fault.bypass,
        )
        if fault.name in self.effects:
            task = asyncio.create_task(self.effects[fault.name](fault))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Cancel the background tasks."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def switch_off(self, name: FaultName, why: str = "request") -> bool:
        """Switch a fault off; return whether it was on."""
        gone = self._on.pop(name, None)
        if gone is not None:
            log.warning("fault switched off", fault=name, why=why)
        return gone is not None

    def active(self, name: FaultName) -> Fault | None:
        """Return the fault when it is on and has not expired."""
        fault = self._on.get(name)
        if fault is not None and self.clock() >= fault.until:
            self.switch_off(name, why="expired")
            return None
        return fault

    async def apply(self, route: str) -> None:
        """Apply latency and errors to one request.

        Raises:
            InjectedError: `errors` hit the request.
        """
        if not self._on:
            return
        slow = self._hit("latency", route)
        if slow is not None:
            await asyncio.sleep(slow.delay_ms / 1000)
        if self._hit("errors", route) is not None:
            raise InjectedError

    def check_dependency(self, name: str) -> None:
        """Fail as if the dependency were down.

        Raises:
            DependencyError: the fault `dependency` hit this call.
        """
        if not self._on:
            return
        fault = self.active("dependency")
        if fault is not None and fault.dependency == name and self._hits(fault):
            raise unreachable(name, "injected fault", repeatable=True)

    def lost(self, name: str) -> bool:
        """Return whether the fault `dependency` is on for this dependency, at any rate."""
        fault = self.active("dependency")
        return fault is not None and fault.dependency == name

    def _hit(self, name: FaultName, route: str) -> Fault | None:
        fault = self.active(name)
        return fault if fault is not None and fault.meets(route) and self._hits(fault) else None

    def _hits(self, fault: Fault) -> bool:
        hit = self.chance() < fault.rate
        if hit:
            self.count(fault.name)
        return hit
