"""A shop of fifty lines that visitors can be sent to, and Locust as it is run on a command line."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

ROOT = Path(__file__).parents[2]
ORDER = "order-7"
PATIENCE = 90
CART_FORM = '<form action="/cart" method="post"><input type="hidden" name="sku" value="mug"></form>'
CHECKOUT_FORM = '<form action="/checkout" method="post"><input type="email" name="email"></form>'


@dataclass
class Shop:
    """A shop that remembers what it was asked; it can lie in its confirmation, refuse orders, and stall.

    Attributes:
        confirmed: The number on the confirmation.
        checkout_status: The answer to an order through the API.
        stall: Seconds that every answer takes.
    """

    confirmed: str = ORDER
    checkout_status: int = 201
    stall: float = 0
    requests: Counter[str] = field(default_factory=Counter)
    bodies: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
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
            self._answer(self.shop.checkout_status, json.dumps({"order_id": ORDER}))
        else:
            self._answer(303, "", location="/cart" if self.path == "/cart" else f"/orders/{ORDER}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _answer(self, status: int, body: str, location: str = "") -> None:
        time.sleep(self.shop.stall)
        self.shop.requests[f"{self.command} {self.path}"] += 1
        self.shop.moments.append(time.monotonic())
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body.encode())


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop on a free port."""
    found = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisTier", (Tier,), {"shop": found}))
    found.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def run_locust(
    host: str, *flags: str, file: Path | str = "loadtest/users.py", until: Callable[[], bool] = lambda: False
) -> subprocess.CompletedProcess[str]:
    """Runs a Locust file without a web page, to its end or until something is true."""
    command = [sys.executable, "-m", "locust", f"--locustfile={file}", "--headless", "--only-summary"]
    with subprocess.Popen(
        [*command, f"--host={host}", *flags], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and not until() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(command, process.returncode, out, err)
