"""The cache of the catalog: in process or in Redis, protected against stampedes, never a reason to fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cashews import Cache
from cashews.exceptions import CacheBackendInteractionError
from prometheus_client import Counter

from apps.health import Need
from apps.problems import DependencyError
from apps.resilience.breaker import Breaker
from apps.resilience.tripping import tripping
from apps.service import Kit
from apps.settings import with_password
from apps.telemetry.instrument import trace_cache

NAME = "cache"
TIMEOUT_SECONDS = 0.25
RESULTS = ("hit", "miss", "bypass")

Load = Callable[[str], Awaitable[Any]]


class ProductCache:
    """Remembers what `load` returned for a key."""

    def __init__(self, kit: Kit, load: Load) -> None:
        self._kit = kit
        self._load = load
        self._requests = Counter("shop_cache_requests", "Look-ups by result.", ("result",), registry=kit.registry)
        for result in RESULTS:
            self._requests.labels(result)
        settings = kit.settings
        self._tracer = kit.telemetry.tracer_provider.get_tracer(__name__)
        self._breaker = Breaker(NAME, tripping(settings), kit.meters.breaker_changed)
        self._cache = Cache(name=NAME)
        # `protected`: while a value is loaded, everyone who asks for it waits for that one load.
        self._remembered = self._cache(
            ttl=settings.cache_seconds, key="shop:{key}", protected=True, condition=_worth_keeping
        )(self._miss)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The connection to the store, if there is one."""
        settings = self._kit.settings
        url = with_password(settings.redis_url, settings.redis_password_file)
        if url:
            if self._kit.telemetry.sends_traces:
                trace_cache(self._kit.telemetry)
            self._cache.setup(
                url,
                suppress=False,
                pickle_type="json",
                socket_connect_timeout=TIMEOUT_SECONDS,
                socket_timeout=TIMEOUT_SECONDS,
            )
        else:
            self._cache.setup("mem://", size=1000)
        self._kit.health.needs.append(Need(NAME, self._check, required=False))
        try:
            yield
        finally:
            await self._cache.close()

    async def get(self, key: str) -> Any:
        """The value for `key`, from the cache or else loaded.

        Raises:
            DependencyError: it had to be loaded, and what it is loaded from does not answer.
        """
        with self._tracer.start_as_current_span("cache get") as span:
            result, value = await self._get(key)
            span.set_attribute("cache.result", result)
        self._requests.labels(result).inc()
        return value

    async def _get(self, key: str) -> tuple[str, Any]:
        lookup = _Lookup()
        try:
            # In a task of its own: when this request is cancelled, others still wait for the same load, and the breaker
            # learns how the cache did and not how patient the caller was.
            value = await asyncio.shield(asyncio.create_task(self._look_up(key, lookup)))
        except (CacheBackendInteractionError, DependencyError):
            return "bypass", await self._load(key)
        if isinstance(value, _Failed):
            raise value.error
        return "miss" if lookup.loaded else "hit", value

    async def _look_up(self, key: str, lookup: "_Lookup") -> Any:
        async with self._breaker.guard():
            self._kit.faults.check_dependency(NAME)
            return await self._remembered(key, lookup)

    async def _miss(self, key: str, lookup: "_Lookup") -> Any:
        lookup.loaded = True
        try:
            return await self._load(key)
        except Exception as error:  # noqa: BLE001 - it says nothing about the cache, whose breaker must not see it
            return _Failed(error)

    async def _check(self) -> str:
        if self._kit.faults.lost(NAME):
            return "lost (fault `dependency` is on)"
        try:
            await self._cache.ping()
        except CacheBackendInteractionError:
            return "not reachable; products come from the database"
        return ""


@dataclass(slots=True)
class _Lookup:
    """Tells whoever asked whether it was their request that loaded the value."""

    loaded: bool = False


@dataclass(frozen=True, slots=True)
class _Failed:
    """A load that failed; never remembered."""

    error: Exception


def _worth_keeping(result: Any, args: Any, kwargs: Any, key: str = "") -> bool:  # noqa: ARG001 - cashews calls it so
    return not isinstance(result, _Failed)
