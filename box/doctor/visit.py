"""A request of the doctor as a customer: looks at the products and places one marked order."""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from box.doctor import faults
from box.doctor.waiting import settled
from box.errors import BrokenError
from box.servers import Servers

ROUTE = "/api/checkout"
CREATED = 201
BELOW = frozenset({502, 503, 504})
"""Statuses of a tier when the one below it fails, cannot be reached, or is too slow."""
BREAKER_SECONDS = 5.0
"""More than the 1 s for which a circuit breaker of the shop pauses at most (`SHOP_BREAKER_MOST_SECONDS`)."""


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order, found again by its trace ID."""

    order_id: str
    trace_id: str


def place(servers: Servers, patience: float = 0.0) -> Order:
    """Look at the products and place an order; 503 is retried for `patience` seconds.

    Raises:
        BrokenError: the order is refused; names the tier that causes it.
    """
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01", "Idempotency-Key": f"doctor-{trace_id}"}
    body = {"items": [{"sku": _product(servers, patience), "quantity": 1}], "email": "doctor@example.com"}
    answer = _ask(servers, patience, "POST", ROUTE, headers=headers, json=body)
    if answer.status_code != CREATED:
        raise _refused(servers, answer, "orders")
    return Order(str(_content(servers, answer).get("order_id", "")), trace_id)


def _ask(servers: Servers, patience: float, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
    """Return the answer of web.

    Its circuit breaker stays open for some seconds after a recovery; a fault that is on is not waited for.
    """

    def is_settled(answer: requests.Response) -> bool:
        return answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or any(faults.on(servers, faults.REFUSING))

    return settled(lambda: servers.send(method, "web", path, **options), is_settled, min(patience, BREAKER_SECONDS))


def _product(servers: Servers, patience: float) -> str:
    answer = _ask(servers, patience, "GET", "/api/products")
    if not answer.ok:
        raise _refused(servers, answer, "catalog")
    products = _content(servers, answer).get("products") or []
    with servers.reading("web"):
        sellable = [each["sku"] for each in products if each.get("in_stock", True)]
    if not sellable:
        raise servers.broken("catalog", "has nothing in stock to order", "restart catalog, or wait for its stock")
    return str(sellable[0])


def _content(servers: Servers, answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise servers.broken("web", f"does not answer {answer.request.path_url} with JSON; is it another program?")
    return content


def _refused(servers: Servers, answer: requests.Response, below: str) -> BrokenError:
    doing = "sell" if below == "orders" else "show products"
    for tier, fault in faults.on(servers, faults.REFUSING):
        problem = f"its fault `{fault}` is on, and the shop does not {doing} (web answers {answer.status_code})"
        return servers.broken(tier, problem, faults.off(servers, tier, fault))
    tier = below if answer.status_code in BELOW else "web"
    said = answer.text.strip()[:160]
    return servers.broken(
        tier, f"the shop does not {doing}: web answers {answer.status_code} {said}", servers.log(tier)
    )
