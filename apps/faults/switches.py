"""The fault switches of one process.

Some faults hit requests or calls when these ask; the others run in the background.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from opentelemetry.trace import get_current_span

from apps.errors import unreachable
from apps.faults.fault import Effect, Fault, FaultName
from apps.faults.kinds import KINDS

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class Faults:
    """The fault switches of one process.

    Attributes:
        count: called for every request or call that a fault hit, and by the effects.
        of_requests: what faults do to one request, in this order.
        effects: what faults do in the background.
    """

    count: Callable[[FaultName], None]
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    of_requests: Mapping[FaultName, Effect] = field(default_factory=dict)
    effects: dict[FaultName, Effect] = field(default_factory=dict)
    _on: dict[FaultName, Fault] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def switch_on(self, fault: Fault) -> None:
        """Switch a fault on; it replaces an earlier one of the same name."""
        self._on[fault.name] = fault
        log.warning(
            "fault switched on",
            fault=fault.name,
            seconds=round(fault.until - self.clock(), 1),
            **settings(fault),
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
        """Apply the faults of requests to one request.

        Raises:
            InjectedError: a fault made it fail.
        """
        if not self._on:
            return
        for name, effect in self.of_requests.items():
            fault = self.hit(name, route)
            if fault is not None:
                await effect(fault)

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

    def hit(self, name: FaultName, route: str = "") -> Fault | None:
        """Return the fault if it hits this request or call."""
        if not self._on:
            return None
        fault = self.active(name)
        return fault if fault is not None and fault.meets(route) and self._hits(fault) else None

    def _hits(self, fault: Fault) -> bool:
        hit = self.chance() < fault.rate
        if hit:
            self.count(fault.name)
            get_current_span().set_attribute("shop.fault", fault.name)
        return hit


def settings(fault: Fault) -> dict[str, object]:
    """Return the rate of a fault, and the settings that apply to it."""
    kind = KINDS[fault.name]
    return {name: getattr(fault, name) for name in ("rate", *kind.needs, *kind.takes)}
