"""The pages of the shop; all of them work without JavaScript."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from apps.guard import GuardedRoute
from apps.messages import MAX_QUANTITY, IdempotencyKey, OrderRequest, Sku
from apps.problems import ShopError
from apps.telemetry.events import ORDER_KEY, order_placed, places_order
from apps.web import render
from apps.web.backend import Backend
from apps.web.cart import COOKIE, MAX_AGE_SECONDS, Cart

SERVER_ERROR = 500

router = APIRouter(route_class=GuardedRoute)
CartCookie = Annotated[str, Cookie(alias=COOKIE)]


@router.get("/")
async def home() -> Response:
    """The shop begins with its products."""
    return _see("/products")


@router.get("/products")
async def products(request: Request, cart: CartCookie = "") -> Response:
    """All products."""
    found = await _backend(request).products()
    return render.page(request, "products.html", cart=Cart.parse(cart), products=found)


@router.get("/products/{sku}")
async def product(request: Request, sku: Sku, cart: CartCookie = "") -> Response:
    """One product with a form to buy it."""
    found = await _backend(request).product(sku)
    return render.page(request, "product.html", cart=Cart.parse(cart), product=found)


@router.get("/cart")
async def show_cart(request: Request, cart: CartCookie = "") -> Response:
    """What the visitor is about to buy."""
    content = Cart.parse(cart)
    return render.page(request, "cart.html", cart=content, bill=await _bill(request, content))


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
async def checkout(request: Request, cart: CartCookie = "") -> Response:
    """The last look before the order, with the form that places it."""
    content = Cart.parse(cart)
    if not content.pieces:
        return _see("/cart")
    bill = await _bill(request, content)
    return render.page(request, "checkout.html", cart=content, bill=bill, key=str(uuid.uuid4()))


@router.post("/checkout")
async def place(
    request: Request,
    email: Annotated[str, Form(max_length=254)],
    items: Annotated[str, Form(max_length=1024)],
    key: Annotated[IdempotencyKey, Form()],
    cart: CartCookie = "",
) -> Response:
    """Place the order that the form shows.

    The form carries its own idempotency key: pressing the button twice, or again after an outage, orders once.
    """
    content = Cart.parse(items)
    try:
        order = OrderRequest(items=content.lines(), email=email.strip())
    except ValidationError:
        again = ShopError(422, "Please check your address", "We need an e-mail address like name@example.org.")
        return render.retry(request, again, content, email, key) if content.pieces else _see("/cart")
    places_order(request.scope)
    try:
        placed = await _backend(request).place(order, key)
    except ShopError as error:
        if error.status < SERVER_ERROR:
            raise
        render.note(request, error)
        return render.retry(request, error, Cart.parse(cart), email, key, items=content)
    order_id = placed.order["order_id"]
    order_placed(request.scope, order_id, new=placed.new)
    return _keep(request, _see(f"/orders/{order_id}"), Cart())


@router.get("/orders/{order_id}")
async def confirmation(request: Request, order_id: uuid.UUID, cart: CartCookie = "") -> Response:
    """The order as it stands in the books."""
    request.scope[ORDER_KEY] = str(order_id)
    order = await _backend(request).order(str(order_id))
    return render.page(request, "order.html", cart=Cart.parse(cart), order=order)


def _backend(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend


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


async def _bill(request: Request, cart: Cart) -> render.Bill:
    if not cart.pieces:
        return render.Bill((), 0)
    return render.bill(cart, await _backend(request).products())
