"""Load for the shop: an open loop of mixed requests in a process of its own, and a closed loop over several shops.

The open loop sends each request at its own time, whatever the shop does, and measures from when it was due, so a stall
is not hidden (coordinated omission). Each request has a trace ID of ours, to find it in logs and traces again.
Run it with `python -m bench.load URL RATE SECONDS FILE`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PER_SECOND = 50.0
_TIMEOUT_SECONDS = 10.0
_CHECKOUT = "/api/checkout"
_ORDER = "/api/orders/{order_id}"
_WEIGHTS = {
    "/products": 40,
    "/products/{sku}": 20,
    "/api/products": 15,
    "/api/products/{sku}": 10,
    _CHECKOUT: 13,
    _ORDER: 2,
}
_CLIENTS, _IN_A_ROW = 2, 25


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the open loop; `due` in seconds since epoch, `ms` from then on, status 0 without an answer."""

    due: float
    ms: float
    status: int
    route: str
    trace: str

    @property
    def failed(self) -> bool:
        """Whether there was no answer, or a server error."""
        return not self.status or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(slots=True)
class _Client:
    """Sends the requests of one open loop."""

    http: httpx.AsyncClient
    skus: list[str]
    chance: random.Random
    orders: list[str]
    sent: list[Request]

    async def send(self, due: float) -> None:
        """Send one request and record it."""
        route = self.chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        if route == _ORDER and not self.orders:
            route = _CHECKOUT
        trace, status = secrets.token_hex(16), 0
        with contextlib.suppress(httpx.HTTPError):
            status = await self._status(route, trace)
        self.sent.append(Request(due, (time.time() - due) * 1e3, status, route, trace))

    async def _status(self, route: str, trace: str) -> int:
        headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
        sku = self.chance.choice(self.skus)
        if route == _CHECKOUT:
            order = {"items": [{"sku": sku, "quantity": 1}], "email": "customer@example.org"}
            answer = await self.http.post(route, json=order, headers=headers | {"idempotency-key": uuid.uuid4().hex})
            if answer.is_success:
                self.orders.append(answer.json()["order_id"])
            return answer.status_code
        path = route.replace("{sku}", sku).replace("{order_id}", self.orders[-1] if self.orders else "")
        return (await self.http.get(path, headers=headers)).status_code


async def open_loop(
    url: str, per_second: float, seconds: float, transport: httpx.AsyncBaseTransport | None = None
) -> list[Request]:
    """Send requests at an even rate; return them when the last one has ended."""
    rate = min(per_second, MOST_PER_SECOND)
    async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=False, transport=transport) as http:
        skus = [product["sku"] for product in (await http.get("/api/products")).json()["products"]]
        client = _Client(http, skus, random.Random(1), [], [])  # noqa: S311 - no secret
        begun = time.time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(rate * seconds)):
                due = begun + number / rate
                await asyncio.sleep(max(0.0, due - time.time()))
                tasks.create_task(client.send(due))
    return client.sent


@contextlib.contextmanager
def load(url: str, per_second: float, seconds: float, file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run an open loop in a process of its own; the block waits for its last request."""
    command = [sys.executable, "-m", "bench.load", url, str(per_second), str(seconds), str(file)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1]) as process:
        try:
            yield process
            process.wait(timeout=seconds + 60)
        finally:
            process.terminate()


def read(file: Path) -> list[Request]:
    """Return the requests of an open loop, in the order in which they were due."""
    return sorted((Request(**json.loads(line)) for line in file.read_text().splitlines()), key=lambda each: each.due)


@dataclass(frozen=True, slots=True)
class Page:
    """What the closed loop asks for: its name in the table, and the tiers that serve it."""

    name: str
    method: str
    path: str
    tiers: tuple[str, ...]


CATALOGUE = Page("catalogue page", "GET", "/products", ("web", "catalog"))
ORDER = Page("order", "POST", _CHECKOUT, ("web", "orders"))


def closed_loop(urls: Mapping[str, str], page: Page, requests: int) -> dict[str, list[float]]:
    """Return the seconds of each request, by shop: two clients, and turns of a few requests between the shops.

    Turns give all shops the same machine.

    Raises:
        requests.HTTPError: a request failed.
    """
    taken: dict[str, list[float]] = {name: [] for name in urls}
    order = list(urls)
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(_CLIENTS) as pool:
        clients = [
            {name: stack.enter_context(LocalSession(30)) for name in urls}  # connections stay open
            for _ in range(_CLIENTS)
        ]
        for _ in range(requests // (_CLIENTS * _IN_A_ROW)):
            order.append(order.pop(0))  # no shop always follows the most expensive one
            for name in order:
                turns = [pool.submit(_turn, client[name], urls[name] + page.path, page) for client in clients]
                taken[name] += [seconds for turn in turns for seconds in turn.result()]
    return taken


def _turn(session: LocalSession, url: str, page: Page) -> list[float]:
    taken = []
    for _ in range(_IN_A_ROW):
        body = {"items": [{"sku": "mug", "quantity": 1}], "email": "customer@example.org"}
        options = {"json": body, "headers": {"Idempotency-Key": uuid.uuid4().hex}} if page.method == "POST" else {}
        start = time.perf_counter()
        session.request(page.method, url, **options).raise_for_status()
        taken.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Run the open loop of the arguments."""
    url, per_second, seconds, file = sys.argv[1:]
    sent = asyncio.run(open_loop(url, float(per_second), float(seconds)))
    Path(file).write_text("".join(json.dumps(asdict(each)) + "\n" for each in sent))


if __name__ == "__main__":
    main()
