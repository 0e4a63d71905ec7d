"""The catalog's cache: saves the database from work, in process and in Redis, and is never a reason to fail."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.catalog.app import create_app
from apps.settings import Settings
from tests.apps.running import ready, serving
from tests.apps.servers import redis

# cashews closes its Redis client by a method that redis-py has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server."""
    with redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["in process", "redis"])
def cached(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """Settings for both kinds of cache."""
    if request.param == "in process":
        return settings
    return settings.model_copy(update={"redis_url": request.getfixturevalue("redis_url"), "cache_seconds": 0.5})


async def test_the_second_look_is_a_hit(cached: Settings) -> None:
    """A product is loaded once and then remembered; one that does not exist is remembered too."""
    async with serving(create_app, cached) as catalog:
        await ready(catalog)
        answers = [await catalog.client.get(path) for path in ("/products/plant", "/products/nope") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
        assert answers[0].json() == answers[1].json()
        assert catalog.value("shop_cache_requests_total", result="miss") == 2
        assert catalog.value("shop_cache_requests_total", result="hit") == 2


async def test_a_product_is_not_remembered_for_ever(cached: Settings) -> None:
    """After its time a product is loaded again, so that changes of price and stock are seen."""
    async with serving(create_app, cached.model_copy(update={"cache_seconds": 0.05})) as catalog:
        await ready(catalog)
        for _ in range(2):
            assert (await catalog.client.get("/products/clock")).status_code == 200
            await asyncio.sleep(0.1)

        assert catalog.value("shop_cache_requests_total", result="miss") == 2


async def test_a_stampede_loads_once(settings: Settings) -> None:
    """Fifty visitors who ask for the same thing at once cost one query."""
    async with serving(create_app, settings) as catalog:
        await ready(catalog)
        answers = await asyncio.gather(*(catalog.client.get("/products") for _ in range(50)))

        assert {answer.status_code for answer in answers} == {200}
        assert catalog.value("shop_cache_requests_total", result="miss") == 1
        assert catalog.value("shop_cache_requests_total", result="hit") == 49


async def test_a_failed_load_is_not_remembered(settings: Settings) -> None:
    """When the database fails, callers hear it, the cache's breaker stays closed, and the next look works."""
    async with serving(create_app, settings) as catalog:
        await ready(catalog)
        await catalog.fault("dependency", rate=1.0, seconds=60, dependency="database")
        failed = [(await catalog.client.get("/products")).status_code for _ in range(12)]
        catalog.app.state.context.faults.switch_off("dependency")

        assert failed == [503] * 12
        assert catalog.value("shop_breaker_state", dependency="cache", state="closed") == 1
        assert (await catalog.client.get("/products")).status_code == 200


async def test_impatient_visitors_do_not_open_the_breaker_of_the_cache(settings: Settings) -> None:
    """A slow database costs requests their deadline, but says nothing about the cache, which goes on protecting it."""
    quick = settings.model_copy(update={"deadline_seconds": 0.05})
    async with serving(create_app, quick) as catalog:
        await ready(catalog)
        answered = asyncio.Event()

        async def load(_key: str) -> list[str]:
            await answered.wait()
            return []

        catalog.app.state.cache._load = load  # noqa: SLF001 - a database that is slow until we say so
        answers = [(await catalog.client.get("/products")).status_code for _ in range(12)]
        answered.set()

        assert answers == [504] * 12
        assert (await catalog.client.get("/products")).json() == {"products": []}
        assert catalog.value("shop_breaker_state", dependency="cache", state="closed") == 1


async def test_without_redis_products_come_from_the_database(settings: Settings, tmp_path: Path) -> None:
    """A Redis that dies makes the catalog degraded, not unready, and no visitor notices."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with redis(folder) as url:
        patient = {"breaker_first_seconds": 60, "breaker_most_seconds": 60}
        running = serving(create_app, settings.model_copy(update={"redis_url": url} | patient))
        catalog = await running.__aenter__()
        await ready(catalog)
        assert (await catalog.client.get("/products")).status_code == 200
    answers = [(await catalog.client.get("/products/mug")).status_code for _ in range(settings.breaker_calls)]
    readiness = await catalog.client.get("/readyz")
    breaker = catalog.value("shop_breaker_state", dependency="cache", state="open")
    await running.__aexit__(None, None, None)

    assert answers == [200] * settings.breaker_calls
    assert (readiness.status_code, readiness.json()["status"]) == (200, "degraded")
    assert "not reachable" in readiness.json()["checks"]["cache"]
    assert breaker == 1
