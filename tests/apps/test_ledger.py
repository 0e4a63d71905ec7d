"""Orders are placed once, whole, and from goods that are there, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from apps.data.engine import Database, connect
from apps.data.seed import prepare
from apps.data.tables import order_items, orders, stock
from apps.errors import DeadlineExceeded, DependencyError
from apps.orders.ledger import KeyReused, OutOfStock, Receipt, UnknownProduct, find, place
from apps.resilience import deadline
from apps.schemas import OrderRequest
from apps.settings import Settings

STOCK = 40


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with little stock."""
    opened = connect(database_url, lambda: None)
    prepare(opened, STOCK)
    yield opened
    opened.engine.dispose()


def request(*lines: tuple[str, int], email: str = "customer@example.org") -> OrderRequest:
    """An order of these lines."""
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return OrderRequest.model_validate({"items": items, "email": email})


def left(database: Database, sku: str) -> int:
    """How many are on the shelf."""
    with database.read() as connection:
        return int(connection.execute(select(stock.c.available).where(stock.c.sku == sku)).scalar_one())


def rows(database: Database) -> int:
    """How many orders there are."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(orders)).scalar_one()


def test_an_order_takes_its_goods(database: Database) -> None:
    """What was ordered leaves the shelf, and the order can be found with its lines and prices."""
    receipt = place(database, request(("mug", 2), ("lamp", 1)), "key-1")

    found = find(database, receipt.order_id)

    assert receipt.new
    assert (left(database, "mug"), left(database, "lamp")) == (STOCK - 2, STOCK - 1)
    assert found is not None
    assert [(line["sku"], line["quantity"]) for line in found["items"]] == [("mug", 2), ("lamp", 1)]
    assert found["total_cents"] == receipt.total_cents == 2 * 1450 + 6400
    assert "customer" not in str(found)


def test_the_same_key_is_the_same_order(database: Database) -> None:
    """A repeated request gives the first order again, and takes nothing more."""
    first = place(database, request(("mug", 2), ("lamp", 1)), "key-1")
    again = place(database, request(("lamp", 1), ("mug", 2)), "key-1")

    assert again == Receipt(first.order_id, first.total_cents, new=False)
    assert rows(database) == 1
    assert left(database, "mug") == STOCK - 2


@pytest.mark.parametrize("other", [request(("mug", 3)), request(("mug", 2), email="other@example.org")])
def test_the_same_key_for_another_order_is_refused(database: Database, other: OrderRequest) -> None:
    """A key belongs to one content; another one is refused and changes nothing."""
    place(database, request(("mug", 2)), "key-1")

    with pytest.raises(KeyReused):
        place(database, other, "key-1")

    assert rows(database) == 1
    assert left(database, "mug") == STOCK - 2


def test_out_of_stock_changes_nothing(database: Database) -> None:
    """When one line cannot be filled, no line is, and the key stays free for another try."""
    with pytest.raises(OutOfStock):
        place(database, request(("bowl", 1), ("mug", STOCK + 1)), "key-1")

    assert rows(database) == 0
    assert left(database, "bowl") == STOCK
    assert place(database, request(("bowl", 1)), "key-1").new


def test_an_unknown_product_is_refused(database: Database) -> None:
    """An order for something the shop does not sell is refused as a whole."""
    with pytest.raises(UnknownProduct):
        place(database, request(("mug", 1), ("yacht", 1)), "key-1")

    assert rows(database) == 0


def test_many_at_once_with_one_key_place_one_order(database: Database) -> None:
    """Requests with one key that race each other all get the one order."""
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda _: place(database, request(("mug", 1)), "key-1"), range(24)))

    assert len({receipt.order_id for receipt in receipts}) == 1
    assert sum(receipt.new for receipt in receipts) == 1
    assert left(database, "mug") == STOCK - 1


def test_many_at_once_never_sell_what_is_not_there(database: Database) -> None:
    """Orders that race for the last goods get them all and not one more."""

    def attempt(number: int) -> bool:
        # Every second order names its lines the other way round, which must not lead to a deadlock.
        lines = [("mug", 3), ("lamp", 1)][:: 1 if number % 2 else -1]
        try:
            return place(database, request(*lines), f"key-{number}").new
        except OutOfStock:
            return False

    with ThreadPoolExecutor(8) as threads:
        placed = sum(threads.map(attempt, range(30)))

    with database.read() as connection:
        sold = connection.execute(
            select(func.sum(order_items.c.quantity)).where(order_items.c.sku == "mug")
        ).scalar_one()
    assert placed == STOCK // 3
    assert sold == 3 * placed
    assert left(database, "mug") == STOCK - sold


def test_a_writer_waits_for_its_turn_no_longer_than_its_caller(settings: Settings) -> None:
    """SQLite takes one writer at a time: a request whose time is over while it queues gives up, and orders nothing."""
    database = connect(settings.database_url, lambda: None)
    prepare(database, STOCK)

    def hurried() -> Receipt:
        deadline.start(2.0, "50")
        return place(database, request(("mug", 1)), "key-1")

    with ThreadPoolExecutor(1) as threads, database.write():
        waiting = threads.submit(hurried)
        with pytest.raises(DeadlineExceeded):
            waiting.result(timeout=10)

    assert rows(database) == 0
    database.engine.dispose()


def test_preparing_twice_keeps_the_stock(database: Database) -> None:
    """A restart neither fills the shelf again nor changes what stands in the books."""
    place(database, request(("mug", 5)), "key-1")

    prepare(database, STOCK)

    assert left(database, "mug") == STOCK - 5


def test_tiers_that_start_at_once_prepare_once(database_url: str) -> None:
    """Several processes can prepare one empty database at the same moment."""
    opened = [connect(database_url, lambda: None) for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: prepare(each, STOCK), opened))

    assert left(opened[0], "mug") == STOCK
    for each in opened:
        each.engine.dispose()


def test_an_unreachable_database_is_a_dependency_error() -> None:
    """A database that is gone is told apart from a bug."""
    database = connect("postgresql+psycopg://shop@127.0.0.1:1/none", lambda: None)

    with pytest.raises(DependencyError, match="database is unavailable"):
        place(database, request(("mug", 1)), "key-1")


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    """A database the shop cannot use is refused at once, with the reason."""
    with pytest.raises((ValueError, ModuleNotFoundError), match="SHOP_DATABASE_URL"):
        connect(url, lambda: None)
