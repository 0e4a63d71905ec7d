"""Visitors of the shop: they browse, and buy through the pages or the API.

locust -f loadtest/users.py --host http://127.0.0.1:8000    # web page on port 8089
"""

import logging
import re
import uuid
from collections.abc import Generator
from random import choice
from typing import Any, ClassVar

from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment
from locust.exception import StopUser

from loadtest.forms import fill
from loadtest.pace import PER_SECOND, Pace, Stay
from loadtest.target import allowed_hosts, refusal

Visit = Generator[None]
"""The requests of a visit: every `yield` is the pause after one."""

REFUSED = 409
"""Out of stock: no failure of the shop."""


class Visitor(FastHttpUser):
    """A visitor with one request a second, visit after visit."""

    abstract = True
    wait_time = constant_throughput(PER_SECOND)
    connection_timeout = 5.0
    network_timeout = 10.0
    pace: ClassVar[Pace] = Pace()

    def visit(self) -> Visit:
        """Yield after each request of one visit."""
        raise NotImplementedError

    def on_start(self) -> None:
        """Stop before any request when the host must not be loaded."""
        reason = refusal(self.host or "", allowed_hosts())
        if reason:
            logging.getLogger(__name__).error("refused: %s", reason)
            raise StopUser
        self._visit = self.visit()
        self._stay = self.pace.arrive()

    def on_stop(self) -> None:
        """End the stay."""
        stay: Stay | None = getattr(self, "_stay", None)
        if stay:
            self.pace.leave(stay)

    @task
    def next_request(self) -> None:
        """Make the next request of the visit, or the first of a new one."""
        self._stay.requests += 1
        if next(self._visit, self) is self:
            self._visit = self.visit()
            next(self._visit)

    def confirm(self, path: str, route: str, order: str) -> None:
        """Request the confirmation, which must name the order."""
        with self.client.get(path, name=route, catch_response=True) as page:
            if page.status_code == 200 and order not in (page.text or ""):  # noqa: PLR2004 - OK
                page.failure(f"the confirmation does not name order {order}")


class PageVisitor(Visitor):
    """Buys one product through the pages, without JavaScript: links, forms, cookies."""

    def visit(self) -> Visit:
        """List, product, cart, checkout, confirmation."""
        page = self.client.get("/products", name="/products").text or ""
        yield
        skus = sorted(set(re.findall(r'href="/products/([^"/?#]+)"', page)))
        if not skus:
            return
        sku = choice(skus)  # noqa: S311 - a customer's taste is no secret
        page = self.client.get(f"/products/{sku}", name="/products/{sku}").text or ""
        yield
        if not (yield from self._send("/cart", fill(page, "/cart"))):
            return
        page = self.client.get("/checkout", name="/checkout").text or ""
        yield
        location = yield from self._send("/checkout", fill(page, "/checkout"))
        if location and location.startswith("/orders/"):
            self.confirm(location, "/orders/{order_id}", location.rpartition("/")[2])
            yield

    def _send(self, path: str, fields: dict[str, str] | None) -> Generator[None, None, str]:
        """Send a form; return the path of the redirect, or nothing after a refusal."""
        if fields is None:
            return ""
        with self.client.post(path, name=path, data=fields, allow_redirects=False, catch_response=True) as answer:
            if answer.status_code == REFUSED:
                answer.success()
            location = (answer.headers or {}).get("location", "")
        yield
        return str(location)


class ApiVisitor(Visitor):
    """Buys one product through the JSON API, as an app on a phone would."""

    def visit(self) -> Visit:
        """List, product, checkout, confirmation."""
        skus = [product["sku"] for product in self._products()]
        yield
        if not skus:
            return
        sku = choice(skus)  # noqa: S311 - a customer's taste is no secret
        self.client.get(f"/api/products/{sku}", name="/api/products/{sku}")
        yield
        order = self._check_out(sku)
        yield
        if order:
            self.confirm(f"/api/orders/{order}", "/api/orders/{order_id}", order)
            yield

    def _products(self) -> list[dict[str, Any]]:
        answer = self.client.get("/api/products", name="/api/products")
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            return []
        body: Any = answer.json()
        return list(body["products"] if isinstance(body, dict) else body)

    def _check_out(self, sku: str) -> str:
        """Place the order; return its number, or nothing after a refusal."""
        with self.client.post(
            "/api/checkout",
            name="/api/checkout",
            json={"items": [{"sku": sku, "quantity": 1}], "email": "visitor@example.com"},
            headers={"Idempotency-Key": str(uuid.uuid4())},
            catch_response=True,
        ) as answer:
            if answer.status_code == REFUSED:
                answer.success()
            return str(answer.json()["order_id"]) if answer.status_code in (200, 201) else ""


@events.init.add_listener  # type: ignore[untyped-decorator] # Locust leaves it untyped
def refuse_strangers(environment: Environment, **_: object) -> None:
    """End Locust with one line when `--host` names a host that must not be loaded."""
    reason = environment.host and refusal(environment.host, allowed_hosts())
    if reason:
        raise SystemExit(f"loadtest: {reason}")
