"""What the faults of resources, releases, the database and the cache do, and that they end."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from apps.errors import InjectedError
from apps.faults import NAMES, Fault, Faults, latency, memory_leak
from apps.faults.kinds import KINDS
from apps.faults.requests import OF_REQUESTS
from apps.settings import Settings
from tests.apps.running import ADMIN, Shop, Tier, key, open_shop, order

MIB = 1024 * 1024


async def until(reached: Callable[[], bool]) -> None:
    """Wait for a state, which comes within half a minute."""
    async with asyncio.timeout(30):
        while not reached():  # noqa: ASYNC110 - a metric has no event
            await asyncio.sleep(0.01)


def effects(tier: Tier, fault: str) -> float:
    """Return how often the fault had an effect."""
    return tier.value("shop_fault_effects_total", fault=fault) or 0


async def switch_off(tier: Tier, fault: str) -> None:
    """Switch a fault off."""
    await tier.client.delete(f"/admin/faults/{fault}", headers=ADMIN)


def test_every_fault_has_a_kind() -> None:
    """The table of settings has a row for each fault."""
    assert tuple(KINDS) == NAMES


def test_the_delay_has_the_median_and_the_99th_percentile_that_were_asked_for() -> None:
    """Of 20,000 delays half are longer than the median and one of a hundred longer than the 99th percentile."""
    fault = Fault(name="latency", rate=1, until=0, delay_ms=100, p99_ms=1000)
    draw = partial(random.Random.lognormvariate, random.Random(1))  # noqa: S311 - a seed makes the test repeatable

    found = statistics.quantiles((latency.seconds(fault, draw) for _ in range(20_000)), n=100)

    assert found[49] == pytest.approx(0.1, rel=0.05)
    assert found[98] == pytest.approx(1.0, rel=0.1)


def test_a_delay_without_a_percentile_is_fixed() -> None:
    """Only a distribution varies."""
    assert latency.seconds(Fault(name="latency", rate=1, until=0, delay_ms=100)) == 0.1


async def test_the_cpu_fault_takes_its_share_and_requests_are_served(shop: Shop) -> None:
    """At rate 1 the loop uses processor time; requests still get an answer, and the fault can be switched off."""
    await shop.web.fault("cpu", seconds=60)
    before = effects(shop.web, "cpu")
    cpu = time.thread_time()
    await until(lambda: effects(shop.web, "cpu") >= before + 5)
    used = time.thread_time() - cpu
    answer = await shop.web.client.get("/products")
    await switch_off(shop.web, "cpu")
    await until(lambda: not shop.web.app.state.context.faults._running)  # noqa: SLF001 - nothing else shows it

    assert used > 5 * 0.005  # of 45 ms each; other processes take their part
    assert answer.status_code == 200


async def test_the_memory_leak_is_bounded_and_given_back(shop: Shop) -> None:
    """Resident memory grows to the limit and no further, and falls when the fault ends."""
    process = psutil.Process()
    before = process.memory_info().rss
    faults = shop.web.app.state.context.faults
    await shop.web.fault("memory_leak", seconds=60, mib_per_minute=600)
    await until(lambda: effects(shop.web, "memory_leak") > 0)
    real = faults.clock
    faults.clock = lambda: real() + 30  # half a minute later: 300 MiB are due
    await until(lambda: effects(shop.web, "memory_leak") == memory_leak.MOST_BLOCKS)
    grown = process.memory_info().rss - before
    await switch_off(shop.web, "memory_leak")
    await until(lambda: not faults._running)  # noqa: SLF001 - as above

    assert grown > 56 * MIB
    assert process.memory_info().rss - before < grown - 48 * MIB


async def test_a_bad_deploy_is_another_version_whose_requests_fail(shop: Shop) -> None:
    """The version changes with the errors and is back when the fault is over."""
    info = partial(shop.web.value, "shop_build_info", tier="web")
    assert info(version="dev") == 1

    await shop.web.fault("bad_deploy", seconds=60, version="1.4.0", routes=["/products"])
    await until(lambda: info(version="1.4.0") == 1)
    answers = [await shop.web.client.get(path) for path in ("/products", "/api/products")]
    shown = info(version="dev")
    await switch_off(shop.web, "bad_deploy")
    await until(lambda: info(version="dev") == 1)

    assert [answer.status_code for answer in answers] == [500, 200]
    assert shown is None
    assert info(version="1.4.0") is None
    assert (await shop.web.client.get("/products")).status_code == 200


async def test_the_last_of_two_bad_deploys_is_shown(shop: Shop) -> None:
    """A fault that is replaced does not bring the old version back."""
    info = partial(shop.web.value, "shop_build_info", tier="web")
    running = shop.web.app.state.context.faults._running  # noqa: SLF001 - as above
    await shop.web.fault("bad_deploy", seconds=60, version="1")
    await until(lambda: info(version="1") == 1)
    await shop.web.fault("bad_deploy", seconds=60, version="2")
    await until(lambda: len(running) == 1)

    assert (info(version="1"), info(version="2")) == (None, 1)


async def test_an_exhausted_pool_fails_orders_until_it_ends(settings: Settings) -> None:
    """All connections are held, an order waits and gets 503 or 504; afterwards all of them are free."""
    async with open_shop(settings) as shop:
        in_use = partial(shop.orders.value, "shop_database_connections", state="in_use")
        await shop.orders.fault("pool_exhaustion", seconds=60)
        await until(lambda: effects(shop.orders, "pool_exhaustion") == 10)
        assert in_use() == 10
        failed = await shop.orders.client.post("/orders", json=order(), headers=key("k1"))
        await switch_off(shop.orders, "pool_exhaustion")
        await until(lambda: in_use() == 0)
        healed = await shop.orders.client.post("/orders", json=order(), headers=key("k2"))

    assert failed.status_code == 503
    assert healed.status_code == 201


@pytest.mark.parametrize(("delay_ms", "status"), [(30, 201), (1_001, 503)])
async def test_a_slow_database_delays_or_times_out(shop: Shop, delay_ms: int, status: int) -> None:
    """A transaction waits as long as was asked for; longer than a statement may take is a failure."""
    await shop.orders.fault("slow_database", seconds=60, delay_ms=delay_ms)
    began = time.monotonic()
    answer = await shop.orders.client.post("/orders", json=order(), headers=key("k1"))

    assert answer.status_code == status
    assert time.monotonic() - began >= min(delay_ms / 1000, 1.0)
    assert effects(shop.orders, "slow_database") >= 1


async def test_a_cache_stampede_loads_for_each_request(shop: Shop) -> None:
    """During the fault each of several requests at once reads from the database; without it they share one load."""
    misses = partial(shop.catalog.value, "shop_cache_requests_total", result="miss")
    await shop.catalog.client.get("/products")
    warm = misses() or 0
    await shop.catalog.client.get("/products")
    assert misses() == warm

    await shop.catalog.fault("cache_stampede", seconds=60)
    answers = await asyncio.gather(*(shop.catalog.client.get("/products") for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert misses() == warm + 5


@pytest.mark.parametrize("fault", ["cpu", "memory_leak", "bad_deploy", "pool_exhaustion"])
async def test_background_faults_expire(shop: Shop, fault: str) -> None:
    """Without being switched off the fault ends, and its task with it."""
    await shop.orders.fault(fault, seconds=0.2)
    faults = shop.orders.app.state.context.faults
    assert faults._running  # noqa: SLF001 - as above

    await until(lambda: not faults._running)  # noqa: SLF001 - as above
    assert shop.orders.value("shop_fault_active", fault=fault) == 0


@pytest.mark.parametrize(
    ("fault", "settings", "expected"),
    [
        ("errors", {}, {"shop.fault": "errors"}),
        ("bad_deploy", {"version": "1.4.0"}, {"shop.fault": "bad_deploy", "shop.version": "1.4.0"}),
    ],
)
async def test_a_request_that_was_hit_says_so_in_its_span(
    fault: str, settings: dict[str, str], expected: dict[str, str]
) -> None:
    """The span has the name of the fault, and of a bad version."""
    faults = Faults(lambda _name: None, lambda: 0.0, of_requests=OF_REQUESTS)
    faults.switch_on(Fault(name=fault, rate=1, until=1, **settings))  # type: ignore[arg-type]

    tracer = TracerProvider().get_tracer("tests")
    with tracer.start_as_current_span("request") as span, pytest.raises(InjectedError):
        await faults.apply("/products")

    assert isinstance(span, ReadableSpan)
    assert dict(span.attributes or {}) == expected
