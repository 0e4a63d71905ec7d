"""Visitors who come at fixed moments, whatever the shop does, and remember what they asked for and what they got.

Their clock starts when a request was due, not when it could be sent: a shop that stalls cannot hide it. Every request
has a trace id of ours, so that what the stores know can be held against what was really sent.

A process of its own (`python -m bench.proof.visitors URL RATE SECONDS FILE`), so that nothing disturbs its clock.
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PER_SECOND = 50.0
"""More is never sent: this is no load test of the machine."""
_PATIENCE_SECONDS = 10.0
_CHECKOUT = "/api/checkout"
_SHARES = {
    "/products": 40,
    "/products/{sku}": 20,
    "/api/products": 15,
    "/api/products/{sku}": 10,
    _CHECKOUT: 13,
    "/api/orders/{order_id}": 2,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request; `due` in seconds since epoch, `ms` counted from then, status 0 when no answer came."""

    due: float
    ms: float
    status: int
    route: str
    trace: str


@dataclass(slots=True)
class Crowd:
    """Makes the requests of one run."""

    client: httpx.AsyncClient
    skus: list[str]
    chance: random.Random
    orders: list[str]
    visits: list[Visit]

    async def come(self, due: float) -> None:
        """Make one request and remember it."""
        route = self.chance.choices(list(_SHARES), list(_SHARES.values()))[0]
        if route == "/api/orders/{order_id}" and not self.orders:
            route = _CHECKOUT
        trace = secrets.token_hex(16)
        status = 0
        with contextlib.suppress(httpx.HTTPError):
            status = await self._ask(route, trace)
        self.visits.append(Visit(due, (time.time() - due) * 1e3, status, route, trace))

    async def _ask(self, route: str, trace: str) -> int:
        headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
        sku = self.chance.choice(self.skus)
        if route == _CHECKOUT:
            order = {"items": [{"sku": sku, "quantity": 1}], "email": "visitor@example.org"}
            headers["idempotency-key"] = uuid.uuid4().hex
            answer = await self.client.post(route, json=order, headers=headers)
            if answer.is_success:
                self.orders.append(answer.json()["order_id"])
            return answer.status_code
        order_id = self.orders[-1] if self.orders else ""
        path = route.replace("{sku}", sku).replace("{order_id}", order_id)
        return (await self.client.get(path, headers=headers)).status_code


async def visit(
    url: str, per_second: float, seconds: float, transport: httpx.AsyncBaseTransport | None = None
) -> list[Visit]:
    """Send requests at an even pace; return them when the last one has ended."""
    async with httpx.AsyncClient(
        base_url=url, timeout=_PATIENCE_SECONDS, trust_env=False, transport=transport
    ) as client:
        skus = [product["sku"] for product in (await client.get("/api/products")).json()["products"]]
        crowd = Crowd(client, skus, random.Random(1), [], [])  # noqa: S311 - a customer's taste is no secret
        begun, count = time.time(), int(min(per_second, MOST_PER_SECOND) * seconds)
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                due = begun + number / min(per_second, MOST_PER_SECOND)
                await asyncio.sleep(max(0.0, due - time.time()))
                tasks.create_task(crowd.come(due))
    return crowd.visits


def read(file: Path) -> list[Visit]:
    """What the visitors of a run wrote down, in the order of their coming."""
    return sorted((Visit(**json.loads(line)) for line in file.read_text().splitlines()), key=lambda each: each.due)


@contextlib.contextmanager
def visiting(url: str, per_second: float, seconds: float, file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Visitors in a process of their own, for so many seconds; the block waits for the last of them."""
    command = [sys.executable, "-m", "bench.proof.visitors", url, str(per_second), str(seconds), str(file)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        try:
            yield process
            process.wait(timeout=seconds + 60)
        finally:
            process.terminate()


def main() -> None:
    """Visit the address that stands in the arguments."""
    url, per_second, seconds, file = sys.argv[1:]
    visits = asyncio.run(visit(url, float(per_second), float(seconds)))
    Path(file).write_text("".join(json.dumps(asdict(each)) + "\n" for each in visits))


if __name__ == "__main__":
    main()
