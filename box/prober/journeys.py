"""The journeys of the prober, and their right answers."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import httpx

CUSTOMER = "prober@probe.invalid"
"""The customer of the orders, which the shop removes again; no real address ends in `.invalid` (RFC 2606)."""
USER_AGENT = "slobox-prober"
PRODUCT = "pencils"

Ask: TypeAlias = Callable[[httpx.AsyncClient], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Journey:
    """One thing that customers do; `ask` does it and returns whether the answer is right.

    `ask` raises httpx.TransportError without an answer, and ValueError for one that cannot be read.
    """

    name: str
    ask: Ask


async def browse(http: httpx.AsyncClient) -> bool:
    """Look at the product list."""
    answer = await http.get("/products")
    return answer.status_code == httpx.codes.OK and f'href="/products/{PRODUCT}"' in answer.text


async def check_out(http: httpx.AsyncClient) -> bool:
    """Place an order by the JSON API; every order is a new one."""
    order = {"items": [{"sku": PRODUCT, "quantity": 1}], "email": CUSTOMER}
    key = {"Idempotency-Key": f"probe-{uuid.uuid4()}"}
    answer = await http.post("/api/checkout", json=order, headers=key)
    if answer.status_code != httpx.codes.CREATED:
        return False
    placed = answer.json()
    return isinstance(placed, dict) and bool(placed.get("order_id"))


JOURNEYS = (Journey("browse", browse), Journey("checkout", check_out))
