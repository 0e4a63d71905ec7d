"""A circuit breaker per dependency: purgatory's state machine, and one probe at a time when half open."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from opentelemetry.trace import get_current_span
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from apps.problems import DependencyError, unreachable

log = structlog.stdlib.get_logger(__name__)

STATES = {"closed": "closed", "opened": "open", "half-opened": "half_open"}
EVENTS = {
    "closed": "circuit breaker closed",
    "open": "circuit breaker opened",
    "half_open": "circuit breaker half open",
}


@dataclass(slots=True)
class Breaker:
    """Opens after `failures` failures in a row; `open_seconds` later one call probes whether it may close."""

    name: str
    failures: int
    open_seconds: float
    changed: Callable[[str, str], None]
    state: str = "closed"
    _factory: AsyncCircuitBreakerFactory = field(init=False)
    _probing: bool = False

    def __post_init__(self) -> None:
        self._factory = AsyncCircuitBreakerFactory(self.failures, self.open_seconds)

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Let one call through and learn from its outcome: an exception is a failure.

        Raises:
            DependencyError: the circuit is open; nothing was called.
        """
        inner = await self._factory.get_breaker(self.name)
        opened_at = inner.context.opened_at
        # Asked before purgatory is: it raises one and the same exception object for every refused call, whose
        # traceback would keep the frames of all of them alive.
        if self._probing or (opened_at is not None and time.time() <= opened_at + self.open_seconds):
            raise self._refusal()
        probe = False
        try:
            async with inner:
                self._notice(inner.context.state)
                probe = self._probing = self.state == "half_open"
                yield
        except OpenedState:
            raise self._refusal() from None
        finally:
            if probe:
                self._probing = False
            self._notice(inner.context.state)

    def _refusal(self) -> DependencyError:
        return unreachable(self.name, "circuit open", repeatable=False)

    def _notice(self, purgatory_state: str) -> None:
        state = STATES[purgatory_state]
        if state != self.state:
            self.state = state
            self.changed(self.name, state)
            attributes = {"peer.service": self.name, "circuit_breaker.state": state}
            get_current_span().add_event("circuit breaker", attributes)
            log.warning(EVENTS[state], dependency=self.name, state=state)
