"""Places many orders while parts of the shop are killed, then counts in the database that none was lost or doubled.

Run it against a shop that something keeps up:

    python -m tests.e2e.orders_invariants --web http://127.0.0.1:8000 --database sqlite:///.cache/run/shop.db \
        --count 10000 --concurrency 50 --kill web,catalog,orders,web,catalog,orders \
        --kill-command "supervisorctl -c .cache/run/supervisord.conf signal KILL {name}"
"""

import argparse
import asyncio
import json
import shlex
import ssl
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import httpx
from sqlalchemy import Connection, create_engine, func, select

from apps.data.seed_data import PRODUCTS
from apps.data.tables import order_items, orders, stock

PLACED = frozenset({200, 201})
PAUSE_SECONDS = 0.2
TRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do; the keys of one run share a prefix, so that several runs can use one database."""

    web: str
    database: str
    count: int
    concurrency: int
    rate: float
    give_up_seconds: float
    kill: tuple[str, ...]
    kill_command: str
    prefix: str = field(default_factory=lambda: f"inv-{uuid.uuid4().hex[:12]}")

    def key(self, number: int) -> str:
        """The idempotency key of an order."""
        return f"{self.prefix}-{number:06d}"

    def items(self, number: int) -> dict[str, int]:
        """The content of an order: one to three products, one to three pieces of each."""
        return {
            PRODUCTS[(number + step) % len(PRODUCTS)].sku: 1 + (number // 7 + step) % 3
            for step in range(1 + number % 3)
        }


@dataclass(slots=True)
class Run:
    """What the clients saw."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    kills: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The counts; `problems` is empty when everything holds."""

    keys: int
    acknowledged: int
    given_up: int
    orders: int
    distinct_keys: int
    acknowledged_but_missing: int
    pieces_ordered: int
    pieces_sold: int
    kills: tuple[str, ...]
    answers: dict[str, int]
    slowest_seconds: float
    seconds: float
    problems: tuple[str, ...]


async def place_all(plan: Plan) -> Run:
    """Place every order of the plan, and kill what it names on the way."""
    run = Run()
    numbers = iter(range(plan.count))
    started = time.monotonic()
    trust = ssl.create_default_context()  # once, for making one takes longer than a request

    async def client() -> None:
        async with httpx.AsyncClient(base_url=plan.web, timeout=TRY_SECONDS, trust_env=False, verify=trust) as http:
            for number in numbers:
                if plan.rate:
                    await asyncio.sleep(started + number / plan.rate - time.monotonic())
                await _place(plan, run, http, number)

    killer = asyncio.create_task(_kill(plan, run))
    await asyncio.gather(*(client() for _ in range(min(plan.concurrency, plan.count))))
    await killer
    return run


async def _place(plan: Plan, run: Run, http: httpx.AsyncClient, number: int) -> None:
    key = plan.key(number)
    body = {
        "items": [{"sku": sku, "quantity": quantity} for sku, quantity in plan.items(number).items()],
        "email": "customer@example.org",
    }
    started = time.monotonic()
    while time.monotonic() - started < plan.give_up_seconds:
        try:
            response = await http.post("/api/checkout", json=body, headers={"Idempotency-Key": key})
        except httpx.HTTPError as error:
            run.answers[type(error).__name__] += 1
        else:
            run.answers[str(response.status_code)] += 1
            if response.status_code in PLACED:
                run.acknowledged[key] = response.json()["order_id"]
                run.slowest_seconds = max(run.slowest_seconds, time.monotonic() - started)
                return
        await asyncio.sleep(PAUSE_SECONDS)
    run.given_up.append(key)


async def _kill(plan: Plan, run: Run) -> None:
    """Kill one after the other, spread evenly over the run."""
    for place, name in enumerate(plan.kill, start=1):
        while len(run.acknowledged) + len(run.given_up) < plan.count * place / (len(plan.kill) + 1):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        words = [word.format(name=name) for word in shlex.split(plan.kill_command)]
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait() != 0:
            raise SystemExit(f"the kill command failed: {shlex.join(words)}")
        run.kills.append(name)


def judge(plan: Plan, run: Run, seconds: float) -> Verdict:
    """Count in the database what became of the orders."""
    engine = create_engine(plan.database)
    with engine.connect() as connection:
        mine = orders.c.idempotency_key.like(f"{plan.prefix}-%")
        found = dict(connection.execute(select(orders.c.idempotency_key, orders.c.order_id).where(mine)).tuples().all())
        rows = connection.scalar(select(func.count()).select_from(orders).where(mine)) or 0
        sold = _sold(connection, plan)
        shelf_problems = shelf(connection)
    engine.dispose()
    wanted = _wanted(plan, found)
    missing = [key for key, order_id in run.acknowledged.items() if found.get(key) != order_id]
    checks = {
        f"{plan.count} keys but {rows} orders": rows == plan.count,
        f"{rows} orders but {len(found)} distinct keys": rows == len(found),
        f"{len(missing)} acknowledged orders are missing or have another number": not missing,
        f"{len(run.given_up)} clients gave up": not run.given_up,
        "the lines of the orders are not what was ordered": sold == wanted,
    }
    return Verdict(
        keys=plan.count,
        acknowledged=len(run.acknowledged),
        given_up=len(run.given_up),
        orders=rows,
        distinct_keys=len(found),
        acknowledged_but_missing=len(missing),
        pieces_ordered=sum(wanted.values()),
        pieces_sold=sum(sold.values()),
        kills=tuple(run.kills),
        answers=dict(sorted(run.answers.items())),
        slowest_seconds=round(run.slowest_seconds, 2),
        seconds=round(seconds, 1),
        problems=(*(problem for problem, holds in checks.items() if not holds), *shelf_problems),
    )


def _wanted(plan: Plan, found: dict[str, str]) -> dict[tuple[str, str], int]:
    return {
        (plan.key(number), sku): quantity
        for number in range(plan.count)
        if plan.key(number) in found
        for sku, quantity in plan.items(number).items()
    }


def _sold(connection: Connection, plan: Plan) -> dict[tuple[str, str], int]:
    query = (
        select(orders.c.idempotency_key, order_items.c.sku, order_items.c.quantity)
        .join_from(orders, order_items)
        .where(orders.c.idempotency_key.like(f"{plan.prefix}-%"))
    )
    return {(key, sku): quantity for key, sku, quantity in connection.execute(query).tuples()}


def shelf(connection: Connection) -> list[str]:
    """Initial stock minus everything ever sold must be what is left, for each product."""
    sold = func.coalesce(func.sum(order_items.c.quantity), 0)
    query = (
        select(stock.c.sku, stock.c.initial, stock.c.available, sold)
        .select_from(stock.outerjoin(order_items, order_items.c.sku == stock.c.sku))
        .group_by(stock.c.sku, stock.c.initial, stock.c.available)
    )
    return [
        f"{sku}: {initial} at first, {gone} sold, but {left} left"
        for sku, initial, left, gone in connection.execute(query).tuples()
        if initial - gone != left
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the counts as JSON, and return 0 when everything holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--web", default="http://127.0.0.1:8000", help="URL of the web tier")
    parser.add_argument("--database", required=True, help="SQLAlchemy URL of the shop's database")
    parser.add_argument("--count", type=int, default=10_000, help="number of orders")
    parser.add_argument("--concurrency", type=int, default=50, help="orders at the same time")
    parser.add_argument("--rate", type=float, default=0.0, help="at most so many new orders per second (0: no limit)")
    parser.add_argument("--give-up", type=float, default=60.0, help="seconds a client keeps trying one order")
    parser.add_argument("--kill", default="", help="what to kill, in turn: web,orders,...")
    parser.add_argument("--kill-command", default="", help="kills {name}; required with --kill")
    options = parser.parse_args(arguments)
    if options.kill and not options.kill_command:
        parser.error("--kill needs --kill-command")
    plan = Plan(
        web=options.web,
        database=options.database,
        count=options.count,
        concurrency=options.concurrency,
        rate=options.rate,
        give_up_seconds=options.give_up,
        kill=tuple(name for name in options.kill.split(",") if name),
        kill_command=options.kill_command,
    )
    started = time.monotonic()
    run = asyncio.run(place_all(plan))
    verdict = judge(plan, run, time.monotonic() - started)
    print(json.dumps(asdict(verdict), indent=2))  # noqa: T201 - the result of a command-line program
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
