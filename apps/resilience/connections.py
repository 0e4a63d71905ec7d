"""A bulkhead for calls to another tier: a bounded number of connections.

httpx can bound its pool too, but may lose a connection whose request is cancelled or times out while it waits; a pool
that has lost all of them never recovers. So requests wait here, and one that has begun ends by its own timeout.
"""

import asyncio
from typing import Any

import httpx

UNBOUNDED = httpx.Limits(max_connections=None, max_keepalive_connections=None)


class Connections:
    """A client with `places` for concurrent requests."""

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
        """Send a request; `timeout` in seconds applies to waiting, connecting and reading each.

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
            task.exception()  # retrieved, so that asyncio does not warn when the caller was cancelled
