"""When a circuit breaker opens, how long it stays open, and what closes it; on a clock that the tests move."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from apps.errors import DependencyError
from apps.resilience.breaker import Breaker
from apps.resilience.breaker_limits import PROBES, SOONEST, BreakerLimits

TEN = BreakerLimits(calls=10)


class SlowError(Exception):
    """A call that took too long."""


@dataclass(slots=True)
class Clock:
    """Seconds that only a test lets pass."""

    now: float = 1000.0

    def monotonic(self) -> float:
        """The time."""
        return self.now


@dataclass(slots=True)
class Circuit:
    """A circuit breaker, its clock and what its state was."""

    limits: BreakerLimits = TEN
    clock: Clock = field(default_factory=Clock)
    changes: list[str] = field(default_factory=list)
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker("orders", self.limits, lambda _name, state: self.changes.append(state), self.clock)

    async def call(self, *, fails: bool = False) -> None:
        """Make one call.

        Raises:
            DependencyError: the circuit is open.
        """
        with suppress(SlowError):
            async with self.breaker.guard():
                if fails:
                    raise SlowError

    async def open(self) -> None:
        """Let calls fail until the circuit is open."""
        for _ in range(self.limits.calls):
            await self.call(fails=True)
        assert self.breaker.state == "open"

    async def fail_together(self, calls: int, seconds: float) -> None:
        """Let calls be under way at the same time, and fail one after the other when they are out of time."""
        late = asyncio.Event()

        async def fail() -> None:
            with suppress(SlowError):
                async with self.breaker.guard():
                    await late.wait()
                    raise SlowError

        async with asyncio.TaskGroup() as tasks:
            for _ in range(calls):
                tasks.create_task(fail())
            await asyncio.sleep(0)
            self.clock.now += seconds
            late.set()

    async def pause(self) -> float:
        """Seconds until a call is let through, in steps of a hundredth; the call fails, and so do the other probes."""
        begun = self.clock.now
        while self.breaker.state == "open":
            try:
                await self.call(fails=True)
            except DependencyError:
                self.clock.now += 0.01
        seconds = self.clock.now - begun
        for _ in range(PROBES - 1):
            await self.call(fails=True)
        return seconds


@pytest.mark.parametrize(
    ("good", "bad", "state"),
    [(0, 9, "closed"), (0, 10, "open"), (4, 6, "open"), (5, 5, "closed"), (40, 11, "closed"), (40, 12, "open")],
)
async def test_it_opens_on_a_share_of_enough_calls(good: int, bad: int, state: str) -> None:
    """Six of ten calls in the window have to fail: at least ten calls have to be there, and the last twenty count."""
    circuit = Circuit()
    for _ in range(good):
        await circuit.call()
    for _ in range(bad):
        await circuit.call(fails=True)

    assert circuit.breaker.state == state


async def test_calls_that_fail_together_are_one_event() -> None:
    """A tier that stops for a second fails what was under way, dozens of calls; that is no reason to open."""
    circuit = Circuit()
    await circuit.call()

    await circuit.fail_together(50, seconds=1)
    for _ in range(50):
        await circuit.call()

    assert circuit.breaker.state == "closed"
    assert circuit.changes == []


@pytest.mark.parametrize(("moments", "state"), [(9, "closed"), (10, "open")])
async def test_failures_at_one_moment_after_the_other_are_an_outage(moments: int, state: str) -> None:
    """Each moment counts once, so that a tier that hangs opens the circuit within a second after the first timeout."""
    circuit = Circuit()
    for _ in range(moments):
        await circuit.fail_together(5, seconds=0.03)

    assert circuit.breaker.state == state


async def test_calls_that_begin_after_a_failure_count_each() -> None:
    """Refused connections fail within a millisecond, one after the other: the circuit opens at once."""
    circuit = Circuit()

    await circuit.open()

    assert circuit.clock.now == Clock().now


@pytest.mark.parametrize(("failing", "state"), [(0, "closed"), (1, "closed"), (2, "open"), (3, "open")])
async def test_most_of_the_probes_decide(failing: int, state: str) -> None:
    """Three calls probe; two good ones close the circuit, two bad ones open it again."""
    circuit = Circuit()
    await circuit.open()
    circuit.clock.now += circuit.limits.first_seconds

    for number in range(PROBES):
        await circuit.call(fails=number < failing)

    assert circuit.breaker.state == state
    assert circuit.changes == ["open", "half_open", state]


async def test_one_probe_at_a_time() -> None:
    """While a probe is on its way, others are refused instead of trampling on a tier that just comes back."""
    circuit = Circuit()
    await circuit.open()
    circuit.clock.now += circuit.limits.first_seconds

    async with circuit.breaker.guard():
        with pytest.raises(DependencyError, match="unavailable"):
            await asyncio.create_task(circuit.call())

    assert circuit.changes == ["open", "half_open"]


async def test_a_cancelled_probe_makes_room_for_another() -> None:
    """A caller who leaves says nothing about the tier, and never locks the circuit."""
    circuit = Circuit()
    await circuit.open()
    circuit.clock.now += circuit.limits.first_seconds
    for _ in range(2 * PROBES):
        with pytest.raises(asyncio.CancelledError):
            async with circuit.breaker.guard():
                raise asyncio.CancelledError

    for _ in range(PROBES):
        await circuit.call()

    assert circuit.breaker.state == "closed"


async def test_what_was_under_way_before_is_no_probe() -> None:
    """A call from before the circuit opened neither closes it nor opens it again."""
    circuit = Circuit()
    with suppress(SlowError):
        async with circuit.breaker.guard():
            # A task of its own, as each request has: interlock keeps what is under way by task.
            await asyncio.create_task(_probe_twice(circuit))
            raise SlowError
    await circuit.call(fails=True)

    assert circuit.breaker.state == "closed"


async def _probe_twice(circuit: Circuit) -> None:
    await circuit.open()
    circuit.clock.now += circuit.limits.first_seconds
    await circuit.call()
    await circuit.call()


async def test_pauses_grow_and_keep_their_limit() -> None:
    """Each pause is twice the one before, up to the longest; jitter takes at most a quarter."""
    for _ in range(20):
        circuit = Circuit()
        await circuit.open()
        pauses = [await circuit.pause() for _ in range(6)]

        for pause, most in zip(pauses, (0.25, 0.5, 1.0, 1.0, 1.0, 1.0), strict=True):
            assert SOONEST * most - 0.02 <= pause <= most + 0.02


async def test_processes_do_not_probe_in_step() -> None:
    """Every breaker has jitter of its own."""
    assert len({BreakerLimits().config().wait_duration_in_open for _ in range(10)}) > 1


async def test_a_refusal_is_an_exception_of_its_own() -> None:
    """A shared object, or one that leads to the last failure, would keep the frames of all refused calls alive."""
    circuit = Circuit(BreakerLimits(calls=10, first_seconds=4, most_seconds=4))
    await circuit.open()

    refusals = []
    for _ in range(2):
        with pytest.raises(DependencyError) as refusal:
            async with circuit.breaker.guard():
                pytest.fail("let through")
        refusals.append(refusal.value)

    assert refusals[0] is not refusals[1]
    assert {(each.status, each.reason, each.repeatable) for each in refusals} == {(503, "circuit open", False)}
    assert {each.headers["Retry-After"] for each in refusals} <= {"3", "4"}
    assert [(each.__cause__, each.__context__) for each in refusals] == [(None, None)] * 2
