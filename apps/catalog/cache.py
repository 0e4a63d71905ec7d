"""The cache of the catalog: in process or in Redis, protected against stampedes, never a reason to fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cashews import Cache
from cashews.exceptions import CacheBackendInteractionError
from prometheus_client import Counter

from apps.context import TierContext
from apps.errors import DependencyError
from apps.health import HealthCheck
from apps.resilience.breaker import Breaker
from apps.resilience.breaker_limits import BreakerLimits
from apps.settings import with_password
from apps.telemetry.instrument import trace_cache

NAME = "cache"
TIMEOUT_SECONDS = 0.25
RESULTS = ("hit", "miss", "bypass")

Load = Callable[[str], Awaitable[Any]]


class ProductCache:
    """Caches the results of `load` by key."""

    def __init__(self, context: TierContext, load: Load) -> None:
        self._kit = context
        self._load = load
        self._requests = Counter("shop_cache_requests", "Look-ups by result.", ("result",), registry=context.registry)
        for result in RESULTS:
            self._requests.labels(result)
        settings = context.settings
        self._tracer = context.telemetry.tracer_provider.get_tracer(__name__)
        self._breaker = Breaker(NAME, BreakerLimits.of(settings), context.metrics.breaker_changed)
        self._cache = Cache(name=NAME)
        # `protected`: while a value is loaded, all requests for it wait for that one load.
        self._cached = self._cache(ttl=settings.cache_seconds, key="shop:{key}", protected=True, condition=_is_value)(
            self._miss
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect to Redis, if there is one, until the block ends."""
        settings = self._kit.settings
        url = with_password(settings.redis_url, settings.redis_password_file)
        if url:
            if self._kit.telemetry.exports_traces:
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
        self._kit.health.checks.append(HealthCheck(NAME, self._check, required=False))
        try:
            yield
        finally:
            await self._cache.close()

    async def get(self, key: str) -> Any:
        """Return the value for `key`, from the cache or else loaded.

        Raises:
            DependencyError: it had to be loaded, and the database does not answer.
        """
        with self._tracer.start_as_current_span("cache get") as span:
            result, value = await self._get(key)
            span.set_attribute("cache.result", result)
        self._requests.labels(result).inc()
        return value

    async def _get(self, key: str) -> tuple[str, Any]:
        lookup = _Lookup()
        try:
            # In a task of its own: a cancelled request must not cancel the load that others wait for, nor count as a
            # failure of the cache.
            value = await asyncio.shield(asyncio.create_task(self._look_up(key, lookup)))
        except (CacheBackendInteractionError, DependencyError):
            return "bypass", await self._load(key)
        if isinstance(value, _Failed):
            raise value.error
        return "miss" if lookup.loaded else "hit", value

    async def _look_up(self, key: str, lookup: "_Lookup") -> Any:
        async with self._breaker.guard():
            self._kit.faults.check_dependency(NAME)
            if self._kit.faults.hit("cache_stampede") is not None:
                return await self._miss(key, lookup)
            return await self._cached(key, lookup)

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
    """Whether this request loaded the value."""

    loaded: bool = False


@dataclass(frozen=True, slots=True)
class _Failed:
    """A failed load; never cached."""

    error: Exception


def _is_value(result: Any, args: Any, kwargs: Any, key: str = "") -> bool:  # noqa: ARG001 - cashews calls it so
    return not isinstance(result, _Failed)
