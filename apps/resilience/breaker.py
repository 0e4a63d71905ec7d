"""A circuit breaker per dependency: interlock's, which hears once of calls that fail at the same moment."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from interlock import CircuitBreaker, CircuitOpenError, Clock, CoreEventListener, State
from opentelemetry.trace import get_current_span

from apps.problems import DependencyError, unreachable
from apps.resilience.moment import Moment
from apps.resilience.tripping import Tripping

log = structlog.stdlib.get_logger(__name__)

EVENTS = {
    State.CLOSED: "circuit breaker closed",
    State.OPEN: "circuit breaker opened",
    State.HALF_OPEN: "circuit breaker half open",
}


@dataclass(slots=True)
class Breaker:
    """Opens when too large a share of calls fails; after a short pause a few calls probe, one at a time."""

    name: str
    tripping: Tripping
    changed: Callable[[str, str], None]
    clock: Clock = time
    _circuit: CircuitBreaker = field(init=False)
    _moment: Moment = field(default_factory=Moment)

    def __post_init__(self) -> None:
        listener = _Listener(self.changed)
        self._circuit = CircuitBreaker(
            name=self.name, config=self.tripping.config(), clock=self.clock, listener=listener
        )

    @property
    def state(self) -> str:
        """`closed`, `open` or `half_open`."""
        return self._circuit.state.value

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Let one call through and learn from its outcome: an exception is a failure.

        Raises:
            DependencyError: the circuit is open; nothing was called.
        """
        await self._enter()
        started = self.clock.monotonic()
        try:
            yield
        except BaseException as error:
            await self._leave(self._lesson(error, started))
            raise
        await self._leave(None)

    async def _enter(self) -> None:
        try:
            await self._circuit.__aenter__()
        except CircuitOpenError as error:
            seconds = error.retry_after or 0.0
        else:
            return
        # Outside of the handler: interlock's exception keeps the last failure and its frames alive, ours would keep it.
        raise self._refusal(seconds)

    async def _leave(self, lesson: BaseException | None) -> None:
        await self._circuit.__aexit__(type(lesson) if lesson else None, lesson, None)

    def _lesson(self, error: BaseException, started: float) -> BaseException:
        """What the circuit shall hear: a call that was cancelled is no evidence, and neither is old news."""
        if isinstance(error, Exception) and self._moment.is_news(started, self.clock.monotonic()):
            return error
        return asyncio.CancelledError()

    def _refusal(self, seconds: float) -> DependencyError:
        error = unreachable(self.name, "circuit open", repeatable=False)
        error.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
        return error


@dataclass(slots=True)
class _Listener(CoreEventListener):
    """Makes each change of the state seen: as a metric, as an event of the span, in the log."""

    changed: Callable[[str, str], None]

    def on_state_change(self, *, name: str, old: State, new: State) -> None:  # noqa: ARG002 - interlock calls it so
        self.changed(name, new.value)
        attributes = {"peer.service": name, "circuit_breaker.state": new.value}
        get_current_span().add_event("circuit breaker", attributes)
        log.warning(EVENTS[new], dependency=name, state=new.value)
