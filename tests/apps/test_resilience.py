"""What a tier does when another one is slow, failing or gone."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from apps.errors import DeadlineExceeded, DependencyError, Overloaded
from apps.faults import Fault, Faults
from apps.resilience import deadline
from apps.resilience.breaker import Breaker
from apps.resilience.breaker_limits import BreakerLimits
from apps.resilience.budget import RetryBudget
from apps.resilience.client import Dependency
from apps.resilience.connections import UNBOUNDED, Connections
from apps.resilience.metrics import DependencyMetrics
from apps.resilience.shedding import Admission

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(slots=True)
class Other:
    """The tier on the other side: gives one answer after the other, the last one for ever."""

    answers: list[int | Exception]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, json={})


def dependency(
    other: Answer, *, attempts: int = 3, failures: int = 100, budget: float = 10
) -> tuple[Dependency, CollectorRegistry]:
    """A dependency that is answered by `other`."""
    registry = CollectorRegistry()
    metrics = DependencyMetrics(registry, ("orders",))
    made = Dependency(
        name="orders",
        connections=Connections(
            httpx.AsyncClient(transport=httpx.MockTransport(other), base_url="http://orders"), places=10
        ),
        breaker=Breaker(
            "orders", BreakerLimits(calls=failures, first_seconds=60, most_seconds=60), metrics.breaker_changed
        ),
        budget=RetryBudget(ratio=0.2, most=budget),
        metrics=metrics,
        faults=Faults(lambda _name: None),
        attempts=attempts,
        attempt_seconds=1.0,
    )
    return made, registry


async def test_a_failed_read_is_tried_again() -> None:
    """A single failure of a read is not seen by the caller."""
    other = Other([500, 200])
    orders, registry = dependency(other)

    assert (await orders.call("GET", "/orders/1")).status_code == 200
    assert len(other.requests) == 2
    labels = {"dependency": "orders", "outcome": "made"}
    assert registry.get_sample_value("shop_retries_total", labels) == 1


@pytest.mark.parametrize(("key", "calls"), [("", 1), ("k1", 3)])
async def test_a_write_is_repeated_only_with_a_key(key: str, calls: int) -> None:
    """Without an idempotency key a second attempt could order twice."""
    other = Other([500])
    orders, _ = dependency(other)

    with pytest.raises(DependencyError):
        await orders.call("POST", "/orders", body={}, key=key)

    assert len(other.requests) == calls
    assert {request.headers.get("idempotency-key", "") for request in other.requests} == {key}


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_refusals_are_answers(status: int) -> None:
    """A refusal is passed on at once, is never repeated, and says nothing about the health of the other tier."""
    other = Other([status])
    orders, registry = dependency(other, failures=1)

    for _ in range(3):
        assert (await orders.call("GET", "/orders/1")).status_code == status

    assert len(other.requests) == 3
    assert orders.breaker.state == "closed"
    labels = {"dependency": "orders", "outcome": "refused"}
    assert registry.get_sample_value("shop_dependency_requests_total", labels) == 3


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (500, 502),
        (502, 502),
        (503, 503),
        (httpx.ConnectError("refused"), 503),
        (httpx.ReadError("reset"), 503),
        (httpx.ReadTimeout("slow"), 504),
        (httpx.PoolTimeout("full"), 504),
    ],
)
async def test_failures_have_a_status(answer: int | Exception, status: int) -> None:
    """Failing is 502, being gone or busy 503, being slow 504."""
    orders, _ = dependency(Other([answer]))

    with pytest.raises(DependencyError) as failure:
        await orders.call("GET", "/")

    assert failure.value.status == status


async def test_a_tier_that_asks_for_a_pause_gets_it() -> None:
    """A 503 with Retry-After is not repeated within the same request."""
    calls: list[httpx.Request] = []

    def busy(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(503, headers={"Retry-After": "1"})

    orders, _ = dependency(busy)
    with pytest.raises(DependencyError):
        await orders.call("GET", "/")

    assert len(calls) == 1


async def test_an_empty_budget_stops_retries() -> None:
    """In an outage each request is sent once, plus the share that the budget allows."""
    other = Other([500])
    orders, registry = dependency(other, budget=1)

    for _ in range(20):
        with pytest.raises(DependencyError):
            await orders.call("GET", "/")

    assert len(other.requests) <= 20 + 1 + 20 * 0.2
    labels = {"dependency": "orders", "outcome": "denied"}
    assert (registry.get_sample_value("shop_retries_total", labels) or 0) > 0


@given(st.lists(st.booleans(), max_size=300), st.floats(0, 1), st.floats(0, 20))
def test_retries_never_exceed_the_budget(steps: list[bool], ratio: float, most: float) -> None:
    """However requests and retries follow each other, retries stay below the reserve plus the share of requests."""
    budget, requests, retries = RetryBudget(ratio, most), 0, 0
    for is_request in steps:
        if is_request:
            budget.deposit()
            requests += 1
        else:
            retries += budget.withdraw()
        assert 0 <= budget.tokens <= most

    assert retries <= most + ratio * requests + 1e-6


async def test_the_breaker_opens_and_refuses_at_once() -> None:
    """After enough failures nothing is sent any more, and the caller hears 503 and when to try again."""
    other = Other([500])
    orders, registry = dependency(other, attempts=1, failures=3)

    for _ in range(3):
        with pytest.raises(DependencyError):
            await orders.call("GET", "/")
    with pytest.raises(DependencyError) as refusal:
        await orders.call("GET", "/")

    assert len(other.requests) == 3
    assert refusal.value.status == 503
    assert 45 <= int(refusal.value.headers["Retry-After"]) <= 60
    # A refusal takes no time, and would hide in the histogram how slow the tier is.
    assert registry.get_sample_value("shop_dependency_duration_seconds_count", {"dependency": "orders"}) == 3
    state = {"dependency": "orders", "state": "open"}
    assert registry.get_sample_value("shop_breaker_state", state) == 1


async def test_the_deadline_is_passed_on_and_shrinks() -> None:
    """The other tier learns how much time is left, which is less than there was."""
    other = Other([200])
    orders, _ = dependency(other)
    deadline.start(2.0, "1500")

    await orders.call("GET", "/")

    assert 0 < int(other.requests[0].headers[deadline.HEADER]) <= 1500


@pytest.mark.parametrize(("left", "least", "most"), [("800", 0.0, 0.8), ("60000", 1.0, 1.0)])
async def test_an_attempt_ends_with_the_deadline(left: str, least: float, most: float) -> None:
    """An attempt waits for its own second, and never longer than there is time."""
    other = Other([200])
    orders, _ = dependency(other)
    deadline.start(60.0, left)

    await orders.call("GET", "/")

    assert least <= other.requests[0].extensions["timeout"]["read"] <= most


async def test_no_second_attempt_without_time_for_it() -> None:
    """When next to no time is left the caller hears of the failure at once; nothing is taken from the budget."""
    other = Other([500])
    orders, _ = dependency(other)
    deadline.start(2.0, "45")

    with pytest.raises((DependencyError, DeadlineExceeded)):
        await orders.call("GET", "/")

    assert len(other.requests) <= 1
    assert orders.budget.tokens == orders.budget.most


async def test_without_time_nothing_is_sent() -> None:
    """A call that nobody waits for any more is not made."""
    other = Other([200])
    orders, _ = dependency(other)
    deadline.start(2.0, "0")

    with pytest.raises(DeadlineExceeded):
        await orders.call("GET", "/")

    assert not other.requests


@given(st.one_of(st.none(), st.text(max_size=20), st.integers(-10, 10**12).map(str)))
def test_a_header_never_prolongs_the_deadline(header: str | None) -> None:
    """Whatever a caller sends, the own limit holds, and nonsense is ignored."""
    # A context of its own: a deadline that outlived this test would run out in those after it.
    assert 0 <= copy_context().run(deadline.start, 2.0, header) <= 2.0


async def test_callers_that_leave_do_not_use_up_the_connections() -> None:
    """Requests that are cut off by their deadline at any moment leave the pool usable.

    httpx loses a connection when it is cancelled in the wrong moment; a shop that did so would never recover.
    """
    chance = random.Random(7)  # noqa: S311 - the same pauses in every run
    pauses = [0.02]
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(chance.random() * pauses[-1])
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=UNBOUNDED, trust_env=False) as http:
        connections = Connections(http, places=2)
        orders = replace(
            dependency(Other([200]), attempts=1, failures=10_000)[0], connections=connections, attempt_seconds=0.05
        )

        async def leave_early() -> None:
            with suppress(TimeoutError, DependencyError):
                async with asyncio.timeout(chance.random() * 0.03):
                    await orders.call("GET", "/")

        for _ in range(20):
            await asyncio.gather(*(leave_early() for _ in range(20)))
        pauses.append(0.0)

        assert (await connections.request("GET", "/", None, {}, 20)).status_code == 200
    server.close()
    await asyncio.gather(*serving)


def test_admission_is_bounded() -> None:
    """The request after the last place is refused, and a place that becomes free is given away again."""
    refused: list[int] = []
    admission = Admission(1, lambda: refused.append(1))

    with admission.enter(), pytest.raises(Overloaded), admission.enter():
        pytest.fail("let in")
    with admission.enter():
        assert admission.in_flight == 1

    assert len(refused) == 1
    assert admission.in_flight == 0


async def test_a_lost_dependency_is_like_no_network() -> None:
    """The fault `dependency` fails calls before they are sent, and the breaker sees it."""
    other = Other([200])
    orders, _ = dependency(other, attempts=1, failures=2)
    faults = orders.faults
    faults.switch_on(Fault(name="dependency", rate=1, until=faults.clock() + 60, dependency="orders"))

    for _ in range(2):
        with pytest.raises(DependencyError, match="unavailable"):
            await orders.call("GET", "/")

    assert not other.requests
    assert orders.breaker.state == "open"
