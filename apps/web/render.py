"""Renders the pages."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from apps.error_handlers import problem_details, trace_id
from apps.errors import ShopError
from apps.web.cart import COOKIE, Cart

SERVER_ERROR = 500
TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the cart with its price."""

    sku: str
    name: str
    quantity: int
    unit_price_cents: int

    @property
    def total_cents(self) -> int:
        """The price of the whole line."""
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class Bill:
    """The prices of a cart."""

    lines: tuple[BillLine, ...]
    total_cents: int


def bill(cart: Cart, products: list[dict[str, Any]]) -> Bill:
    """Return the cart with names and prices, without products that are no longer sold."""
    known = {product["sku"]: product for product in products}
    lines = tuple(
        BillLine(sku, known[sku]["name"], quantity, known[sku]["price_cents"])
        for sku, quantity in cart.quantities.items()
        if sku in known
    )
    return Bill(lines, sum(line.total_cents for line in lines))


def euros(cents: int) -> str:
    """Return an amount such as `€14.50`."""
    return f"€{cents // 100:,}.{cents % 100:02d}"


@cache
def environment() -> Environment:
    """Return the templates, compiled once per process, with autoescape."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["euros"] = euros
    return made


def page(template: str, *, cart: Cart, status: int = 200, **content: Any) -> HTMLResponse:
    """Return a page of the shop."""
    text = environment().get_template(template).render(cart=cart, **content)
    return HTMLResponse(text, status_code=status)


def retry(error: ShopError, cart: Cart, email: str, key: str, items: Cart | None = None) -> HTMLResponse:
    """Return the page that says why an order failed, with a form that sends the same order again."""
    response = page(
        "retry.html",
        cart=cart,
        status=error.status,
        error=error,
        email=email,
        key=key,
        items=items or cart,
        trace=trace_id(),
    )
    response.headers.update(error.headers)
    return response


async def error_page(request: Request, error: ShopError) -> Response:
    """Return an error as a page, or as problem details for the API."""
    if request.url.path.startswith(("/api/", "/admin/")):
        return await problem_details(request, error)
    cart = Cart.parse(request.cookies.get(COOKIE, ""))
    repeatable = request.method == "GET" and error.status >= SERVER_ERROR
    response = page(
        "error.html",
        cart=cart,
        status=error.status,
        error=error,
        again=request.url.path if repeatable else "",
        trace=trace_id(),
    )
    response.headers.update(error.headers)
    return response
