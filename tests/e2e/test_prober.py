"""A web tier that stands still for 5 s: what customers lose, what the prober counts, what the server itself sees."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bench.ports import quiet_ports
from box.services import CORE
from tests.local import get, send

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]
PER_SECOND = 5.0
"""Probes of each journey, and customers. All that waits at the end of the stop is below the limit of load shedding."""
STOP_SECONDS = 5.0
AT_ONCE = 60
STOPS = 3
"""More than one, as the order in which all that waited is served is chance."""
AROUND_SECONDS = 5.0
PATIENCE = 90.0
TOLERANCE = 0.1

SERVER_SLOW = (
    'sum(http_request_duration_seconds_count{service="web"})'
    ' - sum(http_request_duration_seconds_bucket{service="web",le="1.0"})'
)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in scaled time, scraped once a second."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Return what a command of the box prints; it must succeed."""
        command = [sys.executable, "-m", "box", *arguments]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pid(self, name: str) -> int:
        """Return the process of a service."""
        rows = json.loads(self.run("status", "--format", "json"))
        return next(int(row["pid"]) for row in rows if row["name"] == name)

    def value(self, query: str) -> float:
        """Return what Prometheus has stored; 0 without a series."""
        url = f"http://127.0.0.1:{self.environment['PROMETHEUS_PORT']}/api/v1/query"
        rows = get(url, seconds=10, params={"query": query}).json()["data"]["result"]
        return float(rows[0]["value"][1]) if rows else 0.0

    def url(self, name: str) -> str:
        """Return the address of a service."""
        return f"http://127.0.0.1:{self.environment[f'{name.upper()}_PORT']}"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A box with more probes than usual, so that one more or less is no tenth of them."""
    variables = sorted({variable for service in CORE for _, variable in service.ports})
    ports = dict(zip(variables, map(str, quiet_ports(len(variables))), strict=True))
    own = {
        "BOX_RUN_DIR": str(tmp_path_factory.mktemp("p") / "r"),
        "PROBER_PER_SECOND": str(PER_SECOND),
        "PROBER_MAX_IN_FLIGHT": str(AT_ONCE),  # as many as customers: 5 s hold more than the default
    }
    made = Box({**os.environ, **ports, **own})
    try:
        made.run("up")
        wait_for("the first probes", lambda: made.value(measured("checkout", "ok")) > PER_SECOND)
        yield made
    finally:
        made.run("down")


def wait_for(what: str, look: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:.0f} s"
        time.sleep(1)


def measured(journey: str, outcome: str = "") -> str:
    """The query for probes that were counted."""
    chosen = f',outcome="{outcome}"' if outcome else ""
    return f'sum(probe_requests_total{{journey="{journey}"{chosen}}})'


def lost(journey: str, bound: str) -> str:
    """The query for probes without a right answer within a bound."""
    fast = f'sum(probe_duration_seconds_bucket{{journey="{journey}",outcome="ok",le="{bound}"}})'
    return f"{measured(journey)} - {fast}"


QUERIES = {
    "checkout": lost("checkout", "1.0"),
    "browse": lost("browse", "0.3"),
    "server": SERVER_SLOW,
    "starts": f'{measured("checkout")} + sum(probe_unmeasured_total{{journey="checkout"}})',
    "unmeasured": "sum(probe_unmeasured_total)",
    "recorded": 'slo:events:6h{slo="checkout-probe",kind="bad"}',
}


def look(box: Box) -> dict[str, float]:
    """What Prometheus has counted so far."""
    return {name: box.value(query) for name, query in QUERIES.items()}


def increase(box: Box, before: dict[str, float]) -> dict[str, float]:
    """What Prometheus has counted since."""
    return {name: value - before[name] for name, value in look(box).items()}


def settles(box: Box, before: dict[str, float], starts: int) -> bool:
    """Whether Prometheus counted as many starts as customers made, and the rules, up to a tile behind, know them."""
    seen = increase(box, before)
    return seen["starts"] >= starts and abs(seen["recorded"] - seen["checkout"]) <= STOPS


def stop(pid: int) -> None:
    """Let a process stand still for a while."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(STOP_SECONDS)
    os.kill(pid, signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a customer; `due` is in seconds since the first one, `seconds` counts from then."""

    due: float
    seconds: float
    placed: bool

    def lost(self, seconds: float) -> bool:
        """Whether the customer did not get it in time."""
        return not self.placed or self.seconds > seconds


def buy(url: str, begun: float, due: float) -> Order:
    """Place one order, which was due some time ago if no thread was free."""
    body = {"items": [{"sku": "mug", "quantity": 1}], "email": "customer@example.org"}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    placed = False
    with suppress(requests.RequestException):
        placed = send("POST", f"{url}/api/checkout", seconds=10, json=body, headers=headers).ok
    return Order(due, time.monotonic() - begun - due, placed)


def stop_now_and_then(pid: int) -> None:
    """Let a process stand still some times, with time to recover in between."""
    for _ in range(STOPS):
        time.sleep(AROUND_SECONDS)
        stop(pid)
    # What waited is served first: who comes in the seconds after a stop waits, too, customers as well as probes.
    time.sleep(AROUND_SECONDS)


def customers(url: str, web: int) -> list[Order]:
    """Let customers order at an even pace, whatever the shop does, while its web tier stands still now and then."""
    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        stopping = threads.submit(stop_now_and_then, web)
        bought: list[Future[Order]] = []
        while not stopping.done():
            due = len(bought) / PER_SECOND
            time.sleep(max(0.0, begun + due - time.monotonic()))
            bought.append(threads.submit(buy, url, begun, due))
        stopping.result()
        return [each.result() for each in bought]


def agrees(found: float, truth: float) -> bool:
    """Whether two counts differ by a tenth at most."""
    return abs(found - truth) <= TOLERANCE * truth


def test_the_prober_counts_what_customers_lose_and_the_server_does_not(box: Box) -> None:
    """Independent customers are the truth; probes in Prometheus agree within a tenth, the server sees hardly any."""
    web, before = box.pid("web"), look(box)
    orders = customers(box.url("web"), web)
    slow, behind = (sum(order.lost(seconds) for order in orders) for seconds in (1.0, 0.3))

    wait_for("Prometheus' last sample of the stop", lambda: settles(box, before, len(orders)))

    seen = increase(box, before)
    print(f"web stood still for {STOPS} x {STOP_SECONDS:g} s. Of {len(orders)} orders {slow} took more than 1 s,")  # noqa: T201 - figures of the run
    print(f"{behind} more than 300 ms. Prometheus counted: {seen}")  # noqa: T201 - as above
    assert slow >= STOPS * (PER_SECOND * (STOP_SECONDS - 1) - 1)
    assert agrees(seen["checkout"], slow), seen
    # Beside the stop, a busy machine may need more than 300 ms for a page of products.
    assert seen["browse"] >= (1 - TOLERANCE) * behind, seen
    assert agrees(seen["recorded"], slow), seen
    # The server sees what it had begun before the stop, and what a busy machine makes slow.
    assert seen["server"] <= TOLERANCE * (slow + seen["checkout"]), seen
    assert seen["unmeasured"] <= TOLERANCE * 2 * len(orders), seen


def test_a_prober_that_stands_still_blames_itself(box: Box) -> None:
    """Nothing is counted as lost; the starts that it missed are, by its own metric."""
    prober, before = box.pid("prober"), look(box)

    stop(prober)
    wanted = 2 * PER_SECOND * STOP_SECONDS
    wait_for("the missed starts", lambda: increase(box, before)["unmeasured"] >= wanted - 2)

    seen = increase(box, before)
    assert seen["checkout"] == 0
    assert agrees(seen["unmeasured"], wanted), seen
