"""The pages of the shop; none needs JavaScript."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from apps.admission import AdmittedRoute
from apps.error_handlers import reason
from apps.errors import ShopError
from apps.schemas import MAX_QUANTITY, IdempotencyKey, OrderRequest, Sku
from apps.telemetry.events import ERROR_KEY, ORDER_KEY, order_placed, places_order
from apps.web import render
from apps.web.backend import Backend, OpenBackend
from apps.web.cart import COOKIE, MAX_AGE_SECONDS, Cart

SERVER_ERROR = 500

router = APIRouter(route_class=AdmittedRoute)
CartCookie = Annotated[str, Cookie(alias=COOKIE)]


@router.get("/")
async def home() -> Response:
    """Redirect to the products."""
    return _see("/products")


@router.get("/products")
async def products(backend: OpenBackend, cart: CartCookie = "") -> Response:
    """Show all products."""
    found = await backend.products()
    return render.page("products.html", cart=Cart.parse(cart), products=found)


@router.get("/products/{sku}")
async def product(backend: OpenBackend, sku: Sku, cart: CartCookie = "") -> Response:
    """Show one product with a form to buy it."""
    found = await backend.product(sku)
    return render.page("product.html", cart=Cart.parse(cart), product=found)


@router.get("/cart")
async def show_cart(backend: OpenBackend, cart: CartCookie = "") -> Response:
    """Show the cart."""
    content = Cart.parse(cart)
    return render.page("cart.html", cart=content, bill=await _bill(backend, content))


@router.post("/cart")
async def change_cart(
    request: Request,
    sku: Annotated[Sku, Form()],
    quantity: Annotated[int, Form(ge=0, le=MAX_QUANTITY)] = 1,
    action: Annotated[str, Form(pattern="^(add|change|remove)$")] = "add",
    cart: CartCookie = "",
) -> Response:
    """Add to the cart, change a quantity, or remove a line; then show the cart."""
    content = Cart.parse(cart)
    match action:
        case "add":
            content = content.add(sku, quantity)
        case "change":
            content = content.put(sku, quantity)
        case _:
            content = content.put(sku, 0)
    return _keep(request, _see("/cart"), content)


@router.get("/checkout")
async def checkout(backend: OpenBackend, cart: CartCookie = "") -> Response:
    """Show the form that places the order."""
    content = Cart.parse(cart)
    if not content.pieces:
        return _see("/cart")
    bill = await _bill(backend, content)
    return render.page("checkout.html", cart=content, bill=bill, key=str(uuid.uuid4()))


@router.post("/checkout")
async def place(
    request: Request,
    backend: OpenBackend,
    email: Annotated[str, Form(max_length=254)],
    items: Annotated[str, Form(max_length=1024)],
    key: Annotated[IdempotencyKey, Form()],
    cart: CartCookie = "",
) -> Response:
    """Place the order that the form shows.

    The form has its own idempotency key: submitting it twice, or again after an outage, places one order.
    """
    content = Cart.parse(items)
    try:
        order = OrderRequest(items=content.lines(), email=email.strip())
    except ValidationError:
        again = ShopError(422, "Please check your address", "We need an e-mail address like name@example.org.")
        return render.retry(again, content, email, key) if content.pieces else _see("/cart")
    places_order(request.scope)
    try:
        placed = await backend.place(order, key)
    except ShopError as error:
        if error.status < SERVER_ERROR:
            raise
        request.scope[ERROR_KEY] = reason(error)
        return render.retry(error, Cart.parse(cart), email, key, items=content)
    order_id = placed.order["order_id"]
    order_placed(request.scope, order_id, new=placed.new)
    return _keep(request, _see(f"/orders/{order_id}"), Cart())


@router.get("/orders/{order_id}")
async def confirmation(request: Request, backend: OpenBackend, order_id: uuid.UUID, cart: CartCookie = "") -> Response:
    """Show a placed order."""
    request.scope[ORDER_KEY] = str(order_id)
    order = await backend.order(str(order_id))
    return render.page("order.html", cart=Cart.parse(cart), order=order)


def _see(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


def _keep(request: Request, response: Response, cart: Cart) -> Response:
    response.set_cookie(
        COOKIE,
        str(cart),
        max_age=MAX_AGE_SECONDS if cart.pieces else 0,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def _bill(backend: Backend, cart: Cart) -> render.Bill:
    if not cart.pieces:
        return render.Bill((), 0)
    return render.bill(cart, await backend.products())
