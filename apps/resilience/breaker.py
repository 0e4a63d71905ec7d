"""A circuit breaker per dependency: interlock's; calls that fail at the same moment count once."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from interlock import CircuitBreaker, CircuitOpenError, Clock, CoreEventListener, State
from opentelemetry.trace import get_current_span

from apps.errors import DependencyError, unreachable
from apps.resilience.breaker_limits import BreakerLimits
from apps.resilience.burst import FailureBurst

log = structlog.stdlib.get_logger(__name__)

EVENTS = {
    State.CLOSED: "circuit breaker closed",
    State.OPEN: "circuit breaker opened",
    State.HALF_OPEN: "circuit breaker half open",
}


@dataclass(slots=True)
class Breaker:
    """Opens when too many calls fail; after a short pause a few calls probe, one at a time."""

    name: str
    limits: BreakerLimits
    changed: Callable[[str, str], None]
    clock: Clock = time
    _circuit: CircuitBreaker = field(init=False)
    _burst: FailureBurst = field(default_factory=FailureBurst)

    def __post_init__(self) -> None:
        listener = _Listener(self.changed)
        self._circuit = CircuitBreaker(name=self.name, config=self.limits.config(), clock=self.clock, listener=listener)

    @property
    def state(self) -> str:
        """Return `closed`, `open` or `half_open`."""
        return self._circuit.state.value

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Let one call through and record its outcome; an exception is a failure.

        Raises:
            DependencyError: the circuit is open.
        """
        await self._enter()
        started = self.clock.monotonic()
        try:
            yield
        except BaseException as error:
            await self._leave(self._recorded(error, started))
            raise
        await self._leave(None)

    async def _enter(self) -> None:
        try:
            await self._circuit.__aenter__()
        except CircuitOpenError as error:
            seconds = error.retry_after or 0.0
        else:
            return
        # Outside of the handler: otherwise our exception keeps interlock's alive, with the last failure and its frames.
        raise self._refusal(seconds)

    async def _leave(self, failure: BaseException | None) -> None:
        await self._circuit.__aexit__(type(failure) if failure else None, failure, None)

    def _recorded(self, error: BaseException, started: float) -> BaseException:
        """Return what the circuit records; cancelled calls and later ones of a burst do not count as failures."""
        if isinstance(error, Exception) and self._burst.counts(started, self.clock.monotonic()):
            return error
        return asyncio.CancelledError()

    def _refusal(self, seconds: float) -> DependencyError:
        error = unreachable(self.name, "circuit open", repeatable=False)
        error.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
        return error


@dataclass(slots=True)
class _Listener(CoreEventListener):
    """Reports each change of state: as a metric, as an event of the span, in the log."""

    changed: Callable[[str, str], None]

    def on_state_change(self, *, name: str, old: State, new: State) -> None:  # noqa: ARG002 - interlock calls it so
        self.changed(name, new.value)
        attributes = {"peer.service": name, "circuit_breaker.state": new.value}
        get_current_span().add_event("circuit breaker", attributes)
        log.warning(EVENTS[new], dependency=name, state=new.value)
