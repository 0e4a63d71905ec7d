"""Runs the probes: each starts at its intended time, and is measured from there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from box.prober.journeys import JOURNEYS, USER_AGENT, Journey
from box.prober.metrics import Outcome, ProberMetrics, differ
from box.prober.pauses import OwnPauses
from box.prober.schedule import intended_starts
from box.prober.settings import ProberSettings

POLL_SECONDS = 0.2
ANSWER_SECONDS = 1.0
LATEST_START_SECONDS = 0.5
"""A probe that the prober itself delays for longer is not sent: a long pause would end in a burst."""


@dataclass(slots=True)
class Prober:
    """Probes one shop by several journeys. `run` may be called once, in the loop that shall probe."""

    settings: ProberSettings
    metrics: ProberMetrics
    http: httpx.AsyncClient
    journeys: Sequence[Journey] = JOURNEYS
    _pauses: OwnPauses = field(init=False)

    async def run(self) -> None:
        """Probe until cancelled."""
        await self._wait_until_ready()
        clock = asyncio.get_running_loop().time
        self._pauses = OwnPauses(clock)
        first = clock()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pauses.watch())
            for place, journey in enumerate(self.journeys):
                shift = place / len(self.journeys) / self.settings.per_second
                group.create_task(self._repeat(journey, first + shift, group))

    async def _wait_until_ready(self) -> None:
        """Wait a limited time for a shop that is starting, so that its start does not count as an outage."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.settings.wait_seconds
        while clock() < deadline and not await self._ready():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(POLL_SECONDS)

    async def _ready(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self.http.get("/readyz")
        except (TimeoutError, httpx.HTTPError):
            return False
        return answer.is_success

    async def _repeat(self, journey: Journey, first: float, group: asyncio.TaskGroup) -> None:
        clock = asyncio.get_running_loop().time
        in_flight: set[asyncio.Task[None]] = set()
        async for start in intended_starts(first, self.settings.per_second):
            lag = clock() - start
            self.metrics.lag(lag)
            if lag > LATEST_START_SECONDS:
                self.metrics.unmeasured(journey.name)
            elif len(in_flight) >= self.settings.max_in_flight:
                self.metrics.measured(journey.name, "not_started", 0.0)
            else:
                task = group.create_task(self._probe(journey, start))
                in_flight.add(task)
                task.add_done_callback(in_flight.discard)

    async def _probe(self, journey: Journey, start: float) -> None:
        outcome = await self._outcome(journey, start)
        ended = asyncio.get_running_loop().time()
        if differ(ended - start - self._pauses.blur(start, ended), ended - start):
            self.metrics.unmeasured(journey.name)
        else:
            self.metrics.measured(journey.name, outcome, ended - start)

    async def _outcome(self, journey: Journey, start: float) -> Outcome:
        try:
            async with asyncio.timeout_at(start + self.settings.timeout_seconds):
                return "ok" if await journey.ask(self.http) else "bad_response"
        except TimeoutError:
            return "timeout"
        except httpx.TransportError:
            return "connection_error"
        except (httpx.HTTPError, ValueError, RecursionError):  # a JSON document may be nested too deeply
            return "bad_response"


def open_client(target: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Return a client that opens a connection for each request, as a new customer does: none waits behind another.

    Its requests have no time limit of their own; a probe has.
    """
    return httpx.AsyncClient(
        base_url=target,
        headers={"User-Agent": USER_AGENT},
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        timeout=None,  # noqa: S113 - the deadline of a probe counts from its intended start
        transport=transport,
        trust_env=False,
    )
