"""The fault `bad_deploy`: another version runs, as `shop_build_info` shows, and its requests fail."""

import asyncio
from dataclasses import dataclass

from opentelemetry.trace import get_current_span
from prometheus_client import Gauge

from apps.errors import InjectedError
from apps.faults.fault import Fault
from apps.faults.switches import Faults

TICK_SECONDS = 0.05


async def fail(fault: Fault) -> None:
    """Fail one request of the bad version.

    Raises:
        InjectedError: always.
    """
    get_current_span().set_attribute("shop.version", fault.version)
    raise InjectedError("bad_deploy")


@dataclass(frozen=True, slots=True)
class Release:
    """The version that a tier shows: its own, or that of the fault while it is on."""

    info: Gauge
    tier: str
    version: str
    faults: Faults

    async def run(self, fault: Fault) -> None:
        """Show the version of the fault until it ends."""
        self.show()
        try:
            while self.faults.active("bad_deploy") is fault:  # noqa: ASYNC110 - an expiry has no event
                await asyncio.sleep(TICK_SECONDS)
        finally:
            self.show()

    def show(self) -> None:
        """Set the metric; a fault that replaced another one keeps its version."""
        fault = self.faults.active("bad_deploy")
        self.info.clear()
        self.info.labels(self.tier, self.version if fault is None else fault.version).set(1)
