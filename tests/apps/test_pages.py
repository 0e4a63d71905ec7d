"""The pages: what a visitor sees, clicks and gets, also when something is wrong."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from apps.data.seed_data import PRODUCTS
from apps.data.tables import products, stock
from apps.web.render import TEMPLATES, euros
from tests.apps.running import Shop


class Forms(HTMLParser):
    """Collects the forms of a page: target and the values of their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or a field of it."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((values["action"], {}))
        elif tag == "input":
            self.forms[-1][1][values["name"]] = values.get("value", "")


def form(answer: httpx.Response, target: str) -> dict[str, str]:
    """The fields of the first form of a page that goes to `target`."""
    return next(fields for action, fields in Forms(answer.text).forms if action == target)


async def fill(shop: Shop, sku: str = "mug", quantity: int = 2) -> None:
    """Put something into the visitor's cart."""
    answer = await shop.web.client.post("/cart", data={"sku": sku, "quantity": str(quantity)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")


async def test_home_leads_to_the_products(shop: Shop) -> None:
    """The first page is the list of products, each with name, price, picture and a way to buy it."""
    home = await shop.web.client.get("/")
    page = await shop.web.client.get("/products")

    assert (home.status_code, home.headers["location"]) == (303, "/products")
    for product in PRODUCTS:
        assert product.name in page.text
        assert euros(product.price_cents) in page.text
        assert f'href="/products/{product.sku}"' in page.text
    assert page.text.count("<svg") == len(PRODUCTS)
    assert form(page, "/cart") == {"sku": PRODUCTS[0].sku}


async def test_a_visitor_buys(shop: Shop) -> None:
    """From the product through cart and checkout to the confirmation, as a browser without JavaScript goes."""
    client = shop.web.client
    page = await client.get("/products/lamp")
    await client.post("/cart", data=form(page, "/cart") | {"quantity": "3"})
    cart = await client.get("/cart")
    checkout = await client.get("/checkout")
    fields = form(checkout, "/checkout") | {"email": "customer@example.org"}
    placed = await client.post("/checkout", data=fields)
    confirmation = await client.get(placed.headers["location"])
    after = await client.get("/cart")

    assert "€192.00" in cart.text
    assert "€192.00" in checkout.text
    assert placed.status_code == 303
    assert urlsplit(placed.headers["location"]).path.startswith("/orders/")
    assert "Thank you" in confirmation.text
    assert "3 \u00d7 Desk lamp" in confirmation.text
    assert "customer@example.org" not in confirmation.text
    assert "nothing in your cart" in after.text


async def test_pressing_twice_orders_once(shop: Shop) -> None:
    """The form carries its key: sending it again, even after the cart is empty, shows the same order."""
    await fill(shop)
    fields = form(await shop.web.client.get("/checkout"), "/checkout") | {"email": "customer@example.org"}

    answers = [await shop.web.client.post("/checkout", data=fields) for _ in range(3)]

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert shop.orders.value("shop_orders_total", result="placed") == 1
    assert shop.orders.value("shop_orders_total", result="replayed") == 2


async def test_each_checkout_is_another_order(shop: Shop) -> None:
    """Whoever opens the checkout again can buy the same again."""
    await fill(shop)
    keys = {form(await shop.web.client.get("/checkout"), "/checkout")["key"] for _ in range(3)}

    assert len(keys) == 3


async def test_the_cart_changes(shop: Shop) -> None:
    """Quantities add up, can be changed, and a line can be removed."""
    await fill(shop, "mug", 2)
    await fill(shop, "mug", 3)
    await fill(shop, "lamp", 1)
    assert shop.web.client.cookies["cart"].strip('"') == "mug:5.lamp:1"

    await shop.web.client.post("/cart", data={"sku": "mug", "quantity": "1", "action": "change"})
    await shop.web.client.post("/cart", data={"sku": "lamp", "quantity": "1", "action": "remove"})

    assert shop.web.client.cookies["cart"].strip('"') == "mug:1"
    assert 'value="1"' in (await shop.web.client.get("/cart")).text


async def test_the_cookie_is_kept_from_scripts_and_other_sites(shop: Shop) -> None:
    """The cart's cookie is HttpOnly and SameSite=Lax, and Secure where the page came by HTTPS."""
    plain = await shop.web.client.post("/cart", data={"sku": "mug"})
    secure = await shop.web.client.post("https://testserver/cart", data={"sku": "mug"})

    for flag in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in plain.headers["set-cookie"]
    assert "Secure" not in plain.headers["set-cookie"]
    assert "Secure" in secure.headers["set-cookie"]


async def test_an_empty_cart_has_no_checkout(shop: Shop) -> None:
    """Nothing to buy leads back to the cart."""
    assert (await shop.web.client.get("/checkout")).headers["location"] == "/cart"


async def test_a_bad_address_is_asked_for_again(shop: Shop) -> None:
    """A mistyped address costs neither the cart nor the key, and is shown for correction, escaped."""
    await fill(shop)
    fields = form(await shop.web.client.get("/checkout"), "/checkout")

    answer = await shop.web.client.post("/checkout", data=fields | {"email": 'not "an" <address>'})

    assert answer.status_code == 422
    assert "Please check your address" in answer.text
    assert "<address>" not in answer.text
    assert form(answer, "/checkout") == fields | {"email": 'not "an" <address>'}


async def test_out_of_stock_is_told(shop: Shop) -> None:
    """An order that cannot be filled is refused with what is missing, and the cart is kept."""
    with shop.orders.app.state.orders.database.write() as connection:
        connection.execute(update(stock).where(stock.c.sku == "mug").values(available=1))
    await fill(shop, "mug", 2)
    fields = form(await shop.web.client.get("/checkout"), "/checkout") | {"email": "customer@example.org"}

    answer = await shop.web.client.post("/checkout", data=fields)

    assert answer.status_code == 409
    assert "not enough left" in answer.text
    assert "Change the cart" in answer.text
    assert shop.web.client.cookies["cart"].strip('"') == "mug:2"


async def test_an_outage_is_explained_and_can_be_repeated(shop: Shop) -> None:
    """When orders are gone the visitor is told, keeps the cart, and sends the very same order by one button."""
    await fill(shop)
    fields = form(await shop.web.client.get("/checkout"), "/checkout") | {"email": "customer@example.org"}
    await shop.web.fault("dependency", rate=1.0, seconds=60, dependency="orders")

    failed = await shop.web.client.post("/checkout", data=fields)
    shop.web.app.state.context.faults.switch_off("dependency")
    placed = await shop.web.client.post("/checkout", data=form(failed, "/checkout"))

    assert failed.status_code == 503
    assert failed.headers["retry-after"] == "1"
    assert "could not confirm your order" in failed.text
    assert form(failed, "/checkout") == fields
    assert placed.status_code == 303


async def test_an_error_page_keeps_the_cart(shop: Shop) -> None:
    """When products cannot be shown there is a page that says so, with the cart intact and a link to try again."""
    await fill(shop)
    await shop.web.fault("dependency", rate=1.0, seconds=60, dependency="catalog")

    answer = await shop.web.client.get("/products")

    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "Your cart is safe: 2 items are still in it." in answer.text
    assert '<a class="button" href="/products">Try again</a>' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nothing", "/products/yacht", "/orders/00000000-0000-4000-8000-000000000000", "/static/x"]
)
async def test_unknown_pages_are_pages(shop: Shop, path: str) -> None:
    """What does not exist is a friendly 404."""
    answer = await shop.web.client.get(path)

    assert answer.status_code == 404
    assert "We could not find that" in answer.text


async def test_everything_from_outside_is_escaped(shop: Shop) -> None:
    """Neither data nor addresses can put markup into a page."""
    nasty = "<script>alert(1)</script>"
    with shop.orders.app.state.orders.database.write() as connection:
        connection.execute(update(products).where(products.c.sku == "mug").values(name=nasty, description=nasty))

    await fill(shop)
    for path in ("/products", "/products/mug", "/cart"):
        answer = await shop.web.client.get(path)
        assert "<script" not in answer.text
        assert "&lt;script&gt;" in answer.text
    assert "<script" not in (await shop.web.client.get(f"/{nasty}")).text


async def test_pages_carry_security_headers(shop: Shop) -> None:
    """Pages, errors and API answers allow no script, no frame, no sniffing and no caching of what is personal."""
    for path in ("/products", "/nothing", "/api/products", "/healthz", "/metrics", "/admin/faults"):
        headers = (await shop.web.client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers
        assert headers["cache-control"] == "no-store"


async def test_pages_need_nothing_from_elsewhere(shop: Shop) -> None:
    """A page refers only to files that this shop serves, and has neither scripts nor inline styles."""
    text = (await shop.web.client.get("/products")).text

    for reference in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert reference.startswith(("/", "#"))
    for path in set(re.findall(r'"(/static/[^"]+)"', text)):
        answer = await shop.web.client.get(path)
        assert answer.status_code == 200
        assert "max-age" in answer.headers["cache-control"]
    assert "<script" not in text
    assert "style=" not in text


@pytest.mark.parametrize("sku", [product.sku for product in PRODUCTS])
def test_every_product_has_a_picture(sku: str) -> None:
    """Each product has a small picture of its own that is well-formed."""
    picture = (TEMPLATES / "pictures" / f"{sku}.svg").read_text()

    assert ET.fromstring(picture).tag == "svg"  # noqa: S314 - our own file
    assert len(picture) < 2000


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "€0.00"), (5, "€0.05"), (1450, "€14.50"), (123_456_789, "€1,234,567.89")]
)
def test_amounts_read_like_amounts(cents: int, text: str) -> None:
    """Cents become euros without rounding."""
    assert euros(cents) == text


async def test_forms_with_nonsense_are_refused(shop: Shop) -> None:
    """A form that no page has sent is a 422 page, not an error of ours."""
    answers = [
        await shop.web.client.post("/cart", data=data)
        for data in ({}, {"sku": "../x"}, {"sku": "mug", "quantity": "-1"}, {"sku": "mug", "action": "steal"})
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
