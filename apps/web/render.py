"""Turns what the shop knows into pages."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from opentelemetry import trace

from apps import answers
from apps.problems import DependencyError, ShopError
from apps.telemetry.events import ERROR_KEY
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
    """What the cart costs today."""

    lines: tuple[BillLine, ...]
    total_cents: int


def bill(cart: Cart, products: list[dict[str, Any]]) -> Bill:
    """The cart with names and prices; products that are no longer sold are left out."""
    known = {product["sku"]: product for product in products}
    lines = tuple(
        BillLine(sku, known[sku]["name"], quantity, known[sku]["price_cents"])
        for sku, quantity in cart.quantities.items()
        if sku in known
    )
    return Bill(lines, sum(line.total_cents for line in lines))


def euros(cents: int) -> str:
    """An amount as people write it."""
    return f"€{cents // 100:,}.{cents % 100:02d}"


@cache
def environment() -> Environment:
    """The templates, compiled once per process; everything that is inserted is escaped."""
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


def page(_request: Request, template: str, *, cart: Cart, status: int = 200, **content: Any) -> HTMLResponse:
    """A page of the shop."""
    text = environment().get_template(template).render(cart=cart, **content)
    return HTMLResponse(text, status_code=status)


def retry(
    request: Request, error: ShopError, cart: Cart, email: str, key: str, items: Cart | None = None
) -> HTMLResponse:
    """The order could not be placed: say why, and let the visitor send the very same order again."""
    response = page(
        request,
        "retry.html",
        cart=cart,
        status=error.status,
        error=error,
        email=email,
        key=key,
        items=items or cart,
        trace=_trace_id(),
    )
    response.headers.update(error.headers)
    return response


def note(request: Request, error: ShopError) -> None:
    """Leave the reason of an error that became a page for the log."""
    request.scope[ERROR_KEY] = (
        f"{error.dependency}: {error.reason}" if isinstance(error, DependencyError) else error.title
    )


async def error_page(request: Request, error: ShopError) -> Response:
    """Any error: a page for people, problem details for the API."""
    if request.url.path.startswith(("/api/", "/admin/")):
        return await answers.problem(request, error)
    cart = Cart.parse(request.cookies.get(COOKIE, ""))
    repeatable = request.method == "GET" and error.status >= SERVER_ERROR
    response = page(
        request,
        "error.html",
        cart=cart,
        status=error.status,
        error=error,
        again=request.url.path if repeatable else "",
        trace=_trace_id(),
    )
    response.headers.update(error.headers)
    return response


def _trace_id() -> str:
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
