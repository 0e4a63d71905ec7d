"""Floods of log lines and of label values: what is too much is counted, and requests go on."""

import asyncio
import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import structlog

from apps.cardinality import BoundedCounter
from apps.settings import Settings
from apps.telemetry import logs
from apps.telemetry.metrics import new_registry
from apps.telemetry.rate_limit import LogRateLimiter
from tests.apps.running import ADMIN, Shop, open_shop


def test_a_logger_has_so_many_lines_a_second() -> None:
    """A bucket holds a second's worth of lines, fills with time, and counts what it turns away."""
    now, dropped = [0.0], Counter[str]()
    rate_limiter = LogRateLimiter(200, lambda logger: dropped.update([logger]), lambda: now[0])

    at_once = sum(rate_limiter.allows("flood", logging.INFO) for _ in range(10_000))
    now[0] = 0.5
    later = sum(rate_limiter.allows("flood", logging.INFO) for _ in range(10_000))
    now[0] = 1000.0
    after_a_pause = sum(rate_limiter.allows("flood", logging.INFO) for _ in range(10_000))

    assert (at_once, later, after_a_pause) == (200, 100, 200)
    assert dropped == {"flood": 30_000 - 500}


def test_a_flood_takes_nothing_from_others_nor_from_errors() -> None:
    """Other loggers, and warnings of the one that floods, have buckets of their own."""
    rate_limiter = LogRateLimiter(10, lambda _logger: None, lambda: 0.0)
    for _ in range(100):
        rate_limiter.allows("flood", logging.INFO)

    assert not rate_limiter.allows("flood", logging.INFO)
    assert rate_limiter.allows("flood", logging.ERROR)
    assert rate_limiter.allows("other", logging.INFO)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, with ten lines for each logger."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level, talkative = root.handlers[:], root.level, logging.getLogger("uvicorn.error")
    logs.set_up("web", "INFO", LogRateLimiter(10, lambda _logger: None, lambda: 0.0), stream=stream)
    structlog.configure(cache_logger_on_first_use=False)  # or loggers would stay like this for all tests after
    yield stream
    talkative.filters.clear()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_lines_of_libraries_are_throttled_like_ours(written: io.StringIO) -> None:
    """A visitor who sends what is not HTTP makes uvicorn write a line each time: they are bounded, too."""
    for number in range(50):
        structlog.stdlib.get_logger("apps.here").info("ours", number=number)
        logging.getLogger("uvicorn.error").warning("theirs")

    lines = Counter(json.loads(line)["logger"] for line in written.getvalue().splitlines())

    assert lines == {"apps.here": 10, "uvicorn.error": 10}


def test_a_label_has_so_many_values() -> None:
    """Beyond the limit values are counted together, and how many observations that hit is counted, too."""
    registry = new_registry()
    counter = BoundedCounter("visits", "Visits.", "visitor", 3, registry)

    for number in range(10):
        counter.count(str(number))
    counter.count("2")

    assert registry.get_sample_value("visits_total", {"visitor": "2"}) == 2
    assert registry.get_sample_value("visits_total", {"visitor": "3"}) is None
    assert registry.get_sample_value("visits_total", {"visitor": "other"}) == 7
    assert registry.get_sample_value("shop_label_overflow_total", {"metric": "visits_total"}) == 7
    counter.forget()
    assert registry.get_sample_value("visits_total", {"visitor": "2"}) is None


def _series(shop: Shop) -> int:
    return sum(metric.name == "shop_visits" and len(metric.samples) for metric in shop.web.registry.collect())


async def test_the_cardinality_fault_is_bounded_and_leaves_nothing_behind(settings: Settings) -> None:
    """New label values come without end, few become series, requests are served, and all is gone afterwards."""
    async with open_shop(settings.model_copy(update={"max_label_values": 50})) as shop:
        await shop.web.fault("cardinality", seconds=60)
        assert shop.web.value("shop_fault_active", fault="cardinality") == 1
        while (shop.web.value("shop_fault_effects_total", fault="cardinality") or 0) < 200:
            assert (await shop.web.client.get("/products")).status_code == 200
            await asyncio.sleep(0.01)

        assert _series(shop) == 51
        assert shop.web.value("shop_label_overflow_total", metric="shop_visits_total") >= 150  # type: ignore[operator]
        await shop.web.client.delete("/admin/faults/cardinality", headers=ADMIN)
        await asyncio.sleep(0.1)
        assert _series(shop) == 1


async def test_the_log_flood_attempts_more_than_is_written(settings: Settings, written: io.StringIO) -> None:
    """The fault floods the log until it is switched off; of its lines few are written, and requests are served."""
    async with open_shop(settings) as shop:
        await shop.web.fault("log_flood", seconds=60)
        while (shop.web.value("shop_fault_effects_total", fault="log_flood") or 0) < 1000:
            assert (await shop.web.client.get("/products")).status_code == 200
            await asyncio.sleep(0.01)
        await shop.web.client.delete("/admin/faults/log_flood", headers=ADMIN)
        await asyncio.sleep(0.1)
        attempted = shop.web.value("shop_fault_effects_total", fault="log_flood")
        await asyncio.sleep(0.1)

    lines = Counter(json.loads(line)["logger"] for line in written.getvalue().splitlines())
    assert lines["apps.floods"] == 10
    assert shop.web.value("shop_fault_effects_total", fault="log_flood") == attempted


@pytest.mark.parametrize("name", ["log_flood", "cardinality"])
async def test_floods_expire_and_can_be_replaced(shop: Shop, name: str) -> None:
    """A flood ends by itself, and one that is switched on again does not run twice."""
    running = shop.web.app.state.context.faults._running  # noqa: SLF001 - nothing else shows it
    await shop.web.fault(name, seconds=60, rate=0.1)
    first = set(running)
    await shop.web.fault(name, seconds=0.5)

    async with asyncio.timeout(30):
        await asyncio.wait(first | running)  # the one that was replaced ends at its next tick, not after 60 seconds
    assert shop.web.value("shop_fault_active", fault=name) == 0


@pytest.mark.parametrize("name", ["log_flood", "cardinality"])
async def test_floods_have_no_routes(shop: Shop, name: str) -> None:
    """A flood is bound to no route, and says so."""
    answer = await shop.web.fault(name, routes=["/products"])

    assert answer.status_code == 422
    assert "`routes` does not apply" in answer.json()["detail"]


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not reached():  # noqa: ASYNC110 - a metric has no event
            await asyncio.sleep(0.01)


async def test_the_cardinality_fault_can_pass_the_bound(settings: Settings) -> None:
    """With `bypass` a share of the values becomes series, all of them, until the fault ends."""
    async with open_shop(settings.model_copy(update={"max_label_values": 50})) as shop:
        await shop.web.fault("cardinality", seconds=60, rate=0.02, bypass=True)
        await _until(lambda: _series(shop) == 201)
        assert shop.web.value("shop_fault_effects_total", fault="cardinality") == 200
        assert shop.web.value("shop_label_overflow_total", metric="shop_visits_total") == 0
        await shop.web.client.delete("/admin/faults/cardinality", headers=ADMIN)
        await _until(lambda: _series(shop) == 1)


async def test_the_log_flood_can_bypass_the_rate_limit(settings: Settings, written: io.StringIO) -> None:
    """With `bypass` each line is written, as one of a library that logs by itself, and requests are served."""
    async with open_shop(settings) as shop:
        await shop.web.fault("log_flood", seconds=60, bypass=True)
        while (shop.web.value("shop_fault_effects_total", fault="log_flood") or 0) < 200:
            assert (await shop.web.client.get("/products")).status_code == 200
            await asyncio.sleep(0.01)
        await shop.web.client.delete("/admin/faults/log_flood", headers=ADMIN)

    lines = Counter(json.loads(line)["logger"] for line in written.getvalue().splitlines())
    assert lines["apps.floods.library"] >= 200


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("errors", {"bypass": True}, "`bypass` does not apply"),
        ("log_flood", {"bypass": True, "seconds": 601}, "at most 600"),
    ],
)
async def test_bypassing_is_for_floods_and_for_a_limited_time(
    shop: Shop, name: str, members: dict[str, object], said: str
) -> None:
    """A request that asks for more is refused with the reason."""
    answer = await shop.web.fault(name, **members)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
