"""Visitors, as Locust runs them."""

import subprocess

import pytest

from tests.loadtest.shop import ORDER, Shop, run_locust


def visit(shop: Shop, visitor: str, last: str) -> subprocess.CompletedProcess[str]:
    """One visitor of the named class, until the request after a last one of interest was answered."""
    return run_locust(
        shop.url,
        "--users=1",
        visitor,
        until=lambda: last in shop.requests and shop.requests.total() > len(shop.requests),
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
    """Each request of the journey is made, at most about one a second, and none fails."""
    run = visit(shop, visitor, last=journey[-1])
    assert run.returncode == 0, run.stderr
    assert [*shop.requests] == journey
    assert shop.moments[-1] - shop.moments[0] > (len(shop.moments) - 1) / 2
    assert any(body.startswith(sent.split(",", maxsplit=1)[0]) for body in shop.bodies), shop.bodies


def test_an_order_that_the_confirmation_does_not_name_is_a_failure(shop: Shop) -> None:
    """A page that answers 200 with somebody else's order does not pass."""
    shop.confirmed = "order-8"
    run = visit(shop, "ApiVisitor", last=f"GET /api/orders/{ORDER}")
    assert run.returncode == 1
    assert f"the confirmation does not name order {ORDER}" in run.stdout + run.stderr


def test_a_strange_host_is_refused_in_one_line() -> None:
    """No request is made to a host that is not this machine."""
    run = run_locust("http://shop.example.org")
    assert run.returncode == 1
    assert "loadtest: shop.example.org is not this machine" in run.stderr
    assert "Traceback" not in run.stderr
