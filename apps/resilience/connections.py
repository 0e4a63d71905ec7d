"""The connections to another tier: a bounded number, none of which is ever lost.

httpx can bound its pool too, but loses a connection whose request is cancelled, or times out while it waits for its
turn, in the wrong moment; a pool that has lost all of them never recovers. So requests wait here, where waiting can be
given up safely, and once one is under way it is left to end by its own timeout.
"""

import asyncio
from typing import Any

import httpx

UNBOUNDED = httpx.Limits(max_connections=None, max_keepalive_connections=None)


class Connections:
    """A client with `places` for requests at the same time: a bulkhead."""

    def __init__(self, http: httpx.AsyncClient, places: int) -> None:
        self.http = http
        self._places = asyncio.Semaphore(places)

    async def request(
        self,
        method: str,
        path: str,
        body: Any,
        headers: dict[str, str],
        timeout: float,  # noqa: ASYNC109 - httpx's own
    ) -> httpx.Response:
        """The response to a request; `timeout` in seconds holds for waiting, connecting and reading each.

        Raises:
            TimeoutError: no place became free in time.
            httpx.TimeoutException, httpx.TransportError: the request failed.
        """
        async with asyncio.timeout(timeout):
            await self._places.acquire()
        task = asyncio.create_task(self.http.request(method, path, json=body, headers=headers, timeout=timeout))
        task.add_done_callback(self._leave)
        return await asyncio.shield(task)

    def _leave(self, task: asyncio.Task[httpx.Response]) -> None:
        self._places.release()
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain when the caller is gone
