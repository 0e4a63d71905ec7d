"""Calls to another tier: deadline, retries with jitter and budget, circuit breaker."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
import stamina
from opentelemetry.trace import get_current_span

from apps.errors import DeadlineExceeded, DependencyError, ShopError, failed, too_slow, unreachable
from apps.faults import Faults
from apps.resilience import deadline
from apps.resilience.breaker import Breaker
from apps.resilience.budget import RetryBudget
from apps.resilience.connections import Connections
from apps.resilience.metrics import DependencyMetrics
from apps.resilience.retry import Retry

SAFE_METHODS = frozenset({"GET", "HEAD"})
SERVER_ERROR = 500
BUSY = 503


@dataclass(frozen=True, slots=True)
class Dependency:
    """Another tier, and how it is called."""

    name: str
    connections: Connections
    breaker: Breaker
    budget: RetryBudget
    metrics: DependencyMetrics
    faults: Faults
    attempts: int
    attempt_seconds: float

    async def call(self, method: str, path: str, *, body: Any = None, key: str = "") -> httpx.Response:
        """Return the response; its status is below 500, as client errors are no failures of the tier.

        With an idempotency `key` a POST is safe to retry.

        Raises:
            DependencyError: all attempts failed.
            DeadlineExceeded: no time is left.
        """
        self.budget.deposit()
        retry = Retry(self.attempts, method in SAFE_METHODS or bool(key), self.budget, self._count_retry)
        async for attempt in stamina.retry_context(
            on=retry, attempts=None, timeout=None, wait_initial=0.01, wait_max=0.1, wait_jitter=0.03
        ):
            with attempt:
                return await self._attempt(method, path, body, key)
        raise AssertionError("unreachable: the last attempt returns or raises")  # pragma: no cover

    async def _attempt(self, method: str, path: str, body: Any, key: str) -> httpx.Response:
        if deadline.remaining() <= 0:
            raise DeadlineExceeded
        started = time.perf_counter()
        outcome = "error"
        try:
            async with self.breaker.guard():
                response = await self._send(method, path, body, key)
            outcome = "ok" if response.is_success else "refused"
        except DependencyError as error:
            outcome = error.reason if error.reason in {"timeout", "circuit open"} else "error"
            raise
        finally:
            self.metrics.observe(self.name, outcome.replace(" ", "_"), time.perf_counter() - started)
        return response

    async def _send(self, method: str, path: str, body: Any, key: str) -> httpx.Response:
        self.faults.check_dependency(self.name)
        headers = {deadline.HEADER: deadline.header_value()}
        if key:
            headers["idempotency-key"] = key
        timeout = min(deadline.remaining(), self.attempt_seconds)
        try:
            response = await self.connections.request(method, path, body, headers, timeout)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise too_slow(self.name) from error
        except httpx.TransportError as error:
            raise unreachable(self.name, type(error).__name__, repeatable=True) from error
        if response.status_code >= SERVER_ERROR:
            raise self._server_error(response)
        return response

    def _server_error(self, response: httpx.Response) -> ShopError:
        if response.status_code == BUSY:
            # A pause that it asks for (Retry-After) is longer than any of ours.
            return unreachable(self.name, "answered 503", repeatable="retry-after" not in response.headers)
        return failed(self.name, response.status_code)

    def _count_retry(self, outcome: str, error: DependencyError, attempt: int) -> None:
        self.metrics.retries.labels(self.name, outcome).inc()
        attributes: dict[str, str | int] = {
            "peer.service": self.name,
            "http.request.resend_count": attempt,
            "error.type": error.reason,
        }
        get_current_span().add_event(f"retry {outcome}", attributes)
