"""Visitors, as Locust runs them, against a shop of fifty lines."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

ROOT = Path(__file__).parents[2]
ORDER = "order-7"
CART_FORM = '<form action="/cart" method="post"><input type="hidden" name="sku" value="mug"></form>'
CHECKOUT_FORM = '<form action="/checkout" method="post"><input type="email" name="email"></form>'


@dataclass
class Shop:
    """A shop that remembers what it was asked, and can lie in its confirmation."""

    confirmed: str = ORDER
    requests: Counter[str] = field(default_factory=Counter)
    bodies: list[str] = field(default_factory=list)
    url: str = ""


class Tier(BaseHTTPRequestHandler):
    """Answers like the web tier, as far as visitors look."""

    shop: ClassVar[Shop]

    def do_GET(self) -> None:
        """Pages and the reading half of the API."""
        pages = {
            "/products": '<a href="/products/mug">Mug</a>',
            "/products/mug": CART_FORM,
            "/checkout": CHECKOUT_FORM,
            "/api/products": json.dumps({"products": [{"sku": "mug"}]}),
            "/api/products/mug": "{}",
            f"/orders/{ORDER}": f"<h1>Order {self.shop.confirmed}</h1>",
            f"/api/orders/{ORDER}": json.dumps({"order_id": self.shop.confirmed}),
        }
        self._answer(200 if self.path in pages else 404, pages.get(self.path, ""))

    def do_POST(self) -> None:
        """Cart, checkout and the writing half of the API."""
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.shop.bodies.append(f"{self.path} {body} {self.headers.get('idempotency-key')}")
        if self.path == "/api/checkout":
            self._answer(201, json.dumps({"order_id": ORDER}))
        else:
            self._answer(303, "", location="/cart" if self.path == "/cart" else f"/orders/{ORDER}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self, status: int, body: str, location: str = "") -> None:
        self.shop.requests[f"{self.command} {self.path}"] += 1
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop on a free port."""
    found = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisTier", (Tier,), {"shop": found}))
    found.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def run_locust(host: str, *flags: str, seconds: int = 6) -> subprocess.CompletedProcess[str]:
    """Runs one visitor of the named class without a web page."""
    command = [
        sys.executable,
        "-m",
        "locust",
        "--locustfile=loadtest/users.py",
        "--headless",
        "--only-summary",
    ]
    limits = ["--users=1", f"--run-time={seconds}s", f"--host={host}", "--exit-code-on-error=1"]
    return subprocess.run(
        [*command, *limits, *flags], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("visitor", "journey", "sent"),
    [
        (
            "PageVisitor",
            [
                "GET /products",
                "GET /products/mug",
                "POST /cart",
                "GET /checkout",
                "POST /checkout",
                f"GET /orders/{ORDER}",
            ],
            "/checkout email=visitor%40example.com",
        ),
        (
            "ApiVisitor",
            ["GET /api/products", "GET /api/products/mug", "POST /api/checkout", f"GET /api/orders/{ORDER}"],
            '/api/checkout {"items": [{"sku": "mug", "quantity": 1}]',
        ),
    ],
)
def test_a_visitor_buys_and_looks_at_the_confirmation(shop: Shop, visitor: str, journey: list[str], sent: str) -> None:
    """Each request of the journey is made, about one a second, and none fails."""
    run = run_locust(shop.url, visitor, seconds=len(journey) + 1)
    assert run.returncode == 0, run.stderr
    assert [*shop.requests] == journey
    assert len(journey) <= shop.requests.total() <= len(journey) + 2
    assert any(body.startswith(sent.split(",", maxsplit=1)[0]) for body in shop.bodies), shop.bodies


def test_an_order_that_the_confirmation_does_not_name_is_a_failure(shop: Shop) -> None:
    """A page that answers 200 with somebody else's order does not pass."""
    shop.confirmed = "order-8"
    run = run_locust(shop.url, "ApiVisitor", seconds=5)
    assert run.returncode == 1
    assert f"the confirmation does not name order {ORDER}" in run.stdout + run.stderr


def test_a_strange_host_is_refused_in_one_line() -> None:
    """No request is made to a host that is not this machine."""
    run = run_locust("http://shop.example.org")
    assert run.returncode == 1
    assert "loadtest: shop.example.org is not this machine" in run.stderr
    assert "Traceback" not in run.stderr
