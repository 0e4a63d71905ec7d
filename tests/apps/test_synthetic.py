"""A prober's orders are removed after a while, on both databases, and the books stay right."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, inspect, select, text

from apps.data.engine import Database, connect
from apps.data.seed import prepare
from apps.data.tables import orders, stock
from apps.errors import unreachable
from apps.orders import synthetic
from apps.orders.ledger import find, place
from apps.schemas import OrderRequest
from tests.e2e.orders_invariants import shelf

STOCK = 1000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of the shop."""
    opened = connect(database_url, lambda: None)
    prepare(opened, STOCK)
    yield opened
    opened.engine.dispose()


def order(database: Database, number: int, email: str = synthetic.CUSTOMER) -> str:
    """Place an order of a mug and two lamps; give its id."""
    items = [{"sku": "mug", "quantity": 1}, {"sku": "lamp", "quantity": 2}]
    request = OrderRequest.model_validate({"items": items, "email": email})
    return place(database, request, f"key-{number}").order_id


def left(database: Database) -> dict[str, int]:
    """What is left of each product of which not all is."""
    with database.read() as connection:
        query = select(stock.c.sku, stock.c.available).where(stock.c.available != STOCK)
        return dict(connection.execute(query).tuples().all())


def problems(engine: Engine) -> list[str]:
    """Products of which initial stock minus sold is not what is left."""
    with engine.connect() as connection:
        return shelf(connection)


def test_old_orders_of_the_prober_go_and_no_others(database: Database) -> None:
    """Young ones and those of customers stay; goods of the removed ones are in stock again."""
    old, customers = order(database, 1), order(database, 2, "customer@example.org")
    between = datetime.now(UTC)
    young = order(database, 3)

    removed = synthetic.remove(database, between)

    assert removed == 1
    assert [find(database, each) is None for each in (old, customers, young)] == [True, False, False]
    assert left(database) == {"mug": STOCK - 2, "lamp": STOCK - 4}
    assert problems(database.engine) == []


def test_the_oldest_go_first_and_a_transaction_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a long pause the orders are removed in steps, so that customers do not wait for one long transaction."""
    monkeypatch.setattr(synthetic, "BATCH", 2)
    placed = [order(database, number) for number in range(3)]
    later = datetime.now(UTC) + timedelta(seconds=1)

    steps = [synthetic.remove(database, later) for _ in range(3)]

    assert steps == [2, 1, 0]
    assert all(find(database, each) is None for each in placed)
    assert left(database) == {}


def test_an_order_can_be_placed_again_under_a_removed_key(database: Database) -> None:
    """Nothing of a removed order is left, its key included."""
    order(database, 1)
    synthetic.remove(database, datetime.now(UTC) + timedelta(seconds=1))

    order(database, 1)

    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(orders)) == 1


def test_an_older_database_gets_the_index(database: Database) -> None:
    """The search for synthetic orders reads no others, also where the tables were there before the index."""
    with database.write() as connection:
        connection.execute(text("DROP INDEX orders_by_email"))

    prepare(database, STOCK)
    prepare(database, STOCK)

    assert "orders_by_email" in {index["name"] for index in inspect(database.engine).get_indexes("orders")}


async def test_removing_goes_on_after_an_outage_and_catches_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that does not answer is asked again after the pause; after a whole batch the next one is removed."""
    log: list[float | str] = []
    outcomes: Iterator[int | Exception] = iter(
        [unreachable("database", "refused", repeatable=True), synthetic.BATCH, 1, KeyError("the end")]
    )

    def remove(_database: Database, before: datetime) -> int:
        age = datetime.now(UTC) - before - synthetic.KEPT
        log.append("remove" if abs(age) < timedelta(seconds=10) else f"remove after {age}")
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(seconds: float) -> None:
        log.append(seconds)

    monkeypatch.setattr(synthetic, "remove", remove)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(KeyError, match="the end"):
        await synthetic.keep_removing(database)

    assert log == [60.0, "remove", 60.0, "remove", "remove", 60.0, "remove"]
