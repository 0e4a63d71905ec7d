"""The cart's cookie comes from outside: whatever it holds, the cart is valid."""

from hypothesis import given
from hypothesis import strategies as st

from apps.schemas import MAX_LINES, MAX_QUANTITY
from apps.web.cart import MAX_LENGTH, Cart

skus = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)


@given(st.one_of(st.text(max_size=2000), st.from_regex(r"([a-z-]{0,40}:-?\d{0,4}\.?){0,60}", fullmatch=True)))
def test_any_text_is_a_cart_that_can_be_ordered(text: str) -> None:
    """No cookie breaks a page, and none leads to an order that is not allowed."""
    cart = Cart.parse(text)

    assert len(cart.lines()) <= MAX_LINES
    assert all(1 <= line.quantity <= MAX_QUANTITY for line in cart.lines())
    assert cart.pieces == sum(line.quantity for line in cart.lines())


@given(st.lists(st.tuples(skus, st.integers(-5, 200)), max_size=40))
def test_a_cart_survives_its_cookie(additions: list[tuple[str, int]]) -> None:
    """However a cart was filled, it fits into its cookie and is read back as it was."""
    cart = Cart()
    for sku, quantity in additions:
        cart = cart.add(sku, quantity)

    assert len(str(cart)) <= MAX_LENGTH
    assert Cart.parse(str(cart)) == cart


def test_nonsense_is_dropped_and_the_rest_kept() -> None:
    """One damaged line does not cost the others."""
    cart = Cart.parse("mug:2.<b>:1.lamp:0.clock:999.:4.bowl:07.scarf:1")

    assert dict(cart.quantities) == {"mug": 2, "scarf": 1}


def test_a_full_cart_takes_no_further_product() -> None:
    """The limits of an order hold for the cart too."""
    cart = Cart()
    for number in range(MAX_LINES + 5):
        cart = cart.add(f"sku-{number}", 1)

    assert len(cart.quantities) == MAX_LINES
    assert cart.add("sku-0", 500).quantities["sku-0"] == MAX_QUANTITY
