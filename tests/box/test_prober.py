"""The prober starts probes whatever the shop does, measures from the intended start, and knows its own pauses."""

import asyncio
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from apps.orders import synthetic
from box.prober import __main__ as program
from box.prober.app import create_app
from box.prober.journeys import CUSTOMER, JOURNEYS, Journey
from box.prober.metrics import BUCKETS, OUTCOMES, ProberMetrics
from box.prober.pauses import OwnPauses
from box.prober.prober import Prober, open_client
from box.prober.settings import ProberSettings, from_environment
from tests.box.virtual_time import now, pause, run

REPOSITORY = Path(__file__).resolve().parents[2]
Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]
LIST = '<a href="/products/pencils">'
USUAL = ProberSettings(per_second=1, timeout_seconds=10, max_in_flight=20, wait_seconds=60)
GET = Journey("get", JOURNEYS[0].ask)


@dataclass(slots=True)
class Probed:
    """What came of a run."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    asked: list[float] = field(default_factory=list)

    def count(self, outcome: str, journey: str = "get") -> float:
        """Return how many probes ended so."""
        return self.registry.get_sample_value("probe_requests_total", {"journey": journey, "outcome": outcome}) or 0

    def outcomes(self, journey: str = "get") -> dict[str, float]:
        """Return how many probes ended in each way that one did."""
        found = {outcome: self.count(outcome, journey) for outcome in OUTCOMES}
        return {outcome: count for outcome, count in found.items() if count}

    def seconds(self, outcome: str, journey: str = "get") -> float:
        """Return the sum of the durations of probes that ended so."""
        labels = {"journey": journey, "outcome": outcome}
        return self.registry.get_sample_value("probe_duration_seconds_sum", labels) or 0

    def unmeasured(self, journey: str = "get") -> float:
        """Return how many intended starts have no result."""
        return self.registry.get_sample_value("probe_unmeasured_total", {"journey": journey}) or 0


def probed(answer: Answer, seconds: float, given: ProberSettings = USUAL, journey: Journey = GET) -> Probed:
    """Probe a shop that answers as told for so many virtual seconds; it is ready at once."""
    found = Probed()

    async def received(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/readyz":
            return httpx.Response(200)
        found.asked.append(now())
        return await answer(request)

    async def all_of_it() -> None:
        metrics = ProberMetrics([journey.name], found.registry)
        async with open_client("http://shop", httpx.MockTransport(received)) as http:
            with suppress(TimeoutError):
                await asyncio.wait_for(Prober(given, metrics, http, [journey]).run(), seconds)

    run(all_of_it())
    return found


def after(*delays: float) -> Answer:
    """Answer the n-th request after the n-th delay, and later ones at once."""
    left = itertools.chain(delays, itertools.repeat(0.0))

    async def answer(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(next(left))
        return httpx.Response(200, text=LIST)

    return answer


def test_a_stalled_answer_delays_no_later_start() -> None:
    """Arrivals are open: one probe a second is sent while none is answered."""
    found = probed(after(*[8.0] * 10), 9.5)

    assert found.asked == pytest.approx(list(range(10)), abs=1e-6)
    assert found.outcomes() == {"ok": 2}


def test_what_waits_for_the_end_of_a_stall_is_slow() -> None:
    """A stop of 5 s makes 5 probes late, by 5, 4, 3, 2 and 1 s: a client that waits for each answer sees one."""
    found = probed(after(0, 0, 5, 4, 3, 2, 1), 20.5)

    assert found.outcomes() == {"ok": 21}
    assert found.seconds("ok") == pytest.approx(15)
    within = found.registry.get_sample_value(
        "probe_duration_seconds_bucket", {"journey": "get", "outcome": "ok", "le": "1.0"}
    )
    assert within == 21 - 4


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 15), max_size=30), st.sampled_from([0.5, 1.0, 2.0]))
def test_every_probe_is_counted_by_its_own_delay(delays: list[float], per_second: float) -> None:
    """Whatever the delays: as many results as starts, timeouts those beyond the limit, durations the delays."""
    given = replace(USUAL, per_second=per_second, max_in_flight=1000)
    starts = len(delays) + 1
    # All with a delay have ended by then; those after them are answered at once.
    found = probed(after(*delays), (starts + 0.5) / per_second + 16, given)
    late = [delay for delay in delays if delay >= USUAL.timeout_seconds]
    answered = [delay for delay in delays if delay < USUAL.timeout_seconds]

    assert found.count("timeout") == len(late)
    assert found.seconds("timeout") == pytest.approx(10 * len(late), abs=1e-3)
    assert found.count("ok") == len(found.asked) - len(late)
    assert found.seconds("ok") == pytest.approx(sum(answered), abs=1e-3)
    assert found.unmeasured() == 0


def test_a_probe_without_an_answer_has_failed_after_its_timeout() -> None:
    """Nothing waits for ever: 10 s after the intended start it is a timeout."""
    found = probed(after(*[1e9] * 3), 12.5)

    assert found.outcomes() == {"timeout": 3, "ok": 10}


def test_what_cannot_be_started_has_failed() -> None:
    """With as many probes under way as there may be, the next one is not sent, and counts."""
    found = probed(after(*[1e9] * 100), 9.5, replace(USUAL, max_in_flight=4))

    assert len(found.asked) == 4
    assert found.outcomes() == {"not_started": 6}
    assert found.seconds("not_started") == 0


def raising(error: Exception) -> Answer:
    """Answer with an error of the connection."""

    async def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    return answer


def responding(status: int, text: str = "") -> Answer:
    """Answer this."""

    async def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=text)

    return answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (raising(httpx.ConnectError("refused")), "connection_error"),
        (raising(httpx.ReadError("reset")), "connection_error"),
        (raising(httpx.RemoteProtocolError("closed")), "connection_error"),
        (raising(httpx.DecodingError("no gzip")), "bad_response"),
        (responding(503), "bad_response"),
        (responding(200, "<html>"), "bad_response"),
        (responding(200, LIST), "ok"),
    ],
)
def test_a_failure_is_counted_by_its_kind(answer: Answer, outcome: str) -> None:
    """Status and content both have to be right."""
    assert probed(answer, 2.5).outcomes() == {outcome: 3}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (responding(201, '{"order_id": "a"}'), "ok"),
        (responding(200, '{"order_id": "a"}'), "bad_response"),
        (responding(201, "{}"), "bad_response"),
        (responding(201, "no JSON"), "bad_response"),
        (responding(201, '["order_id"]'), "bad_response"),
        (responding(201, "null"), "bad_response"),
        (responding(201, "[" * 100_000), "bad_response"),
        (responding(409), "bad_response"),
    ],
)
def test_an_order_has_to_be_new_and_have_a_number(answer: Answer, outcome: str) -> None:
    """201 with an order number is right, and nothing else."""
    assert probed(answer, 0.5, journey=JOURNEYS[1]).outcomes("checkout") == {outcome: 1}


def test_orders_can_be_recognised() -> None:
    """They have the customer whose orders the shop removes, a key each, and a user agent."""
    requests: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(201, text='{"order_id": "a"}')

    probed(answer, 4.5, journey=JOURNEYS[1])

    assert CUSTOMER == synthetic.CUSTOMER
    assert {json.loads(request.content)["email"] for request in requests} == {CUSTOMER}
    assert len({request.headers["Idempotency-Key"] for request in requests}) == 5
    assert {request.headers["User-Agent"] for request in requests} == {"slobox-prober"}


def test_a_pause_while_no_answer_comes_changes_nothing() -> None:
    """A slow answer is measured although the prober paused meanwhile: or a busy machine would hide each stall."""
    stopping: list[asyncio.Task[None]] = []

    async def answer(_request: httpx.Request) -> httpx.Response:
        if not stopping:
            stopping.append(asyncio.create_task(stop_in(1.5, 0.4)))
        await asyncio.sleep(4)
        return httpx.Response(200, text=LIST)

    found = probed(answer, 10.5)

    assert found.outcomes() == {"ok": 7}
    assert found.seconds("ok") == pytest.approx(7 * 4)


async def stop_in(seconds: float, length: float) -> None:
    """Stop the prober for a while, after a while."""
    await asyncio.sleep(seconds)
    pause(length)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 5.0), st.floats(0.3, 8.0), st.floats(0.0, 0.9))
def test_a_pause_of_the_prober_is_no_failure_of_the_shop(at: float, length: float, delay: float) -> None:
    """Stopped itself, it counts neither failed nor slow probes; every start that a pause spoils is unmeasured."""
    stopping: list[asyncio.Task[None]] = []

    async def answer(_request: httpx.Request) -> httpx.Response:
        if not stopping:
            stopping.append(asyncio.create_task(stop_in(at, length)))
        await asyncio.sleep(delay)
        return httpx.Response(200, text=LIST)

    found = probed(answer, 20.5)

    assert found.outcomes().keys() == {"ok"}
    assert found.seconds("ok") == pytest.approx(delay * found.count("ok"), abs=0.2 * 21)
    slow = found.count("ok") - (
        found.registry.get_sample_value(
            "probe_duration_seconds_bucket", {"journey": "get", "outcome": "ok", "le": "1.0"}
        )
        or 0
    )
    assert slow == 0
    # The last probe may be under way at the end.
    assert found.count("ok") + found.unmeasured() in {20, 21}
    assert found.unmeasured() >= int(length) - 1


def test_a_pause_of_the_prober_is_visible() -> None:
    """Starts that it missed are counted, and how late it came to them is a metric."""

    async def answer(_request: httpx.Request) -> httpx.Response:
        if len(asked) == 2:
            pause(5.0)
        asked.append(now())
        return httpx.Response(200, text=LIST)

    asked: list[float] = []
    found = probed(answer, 20.5)

    lag = found.registry.get_sample_value("probe_lag_seconds_sum")
    assert found.outcomes() == {"ok": 16}
    assert found.unmeasured() == 5
    assert lag == pytest.approx(4 + 3 + 2 + 1)
    assert len(asked) == 17  # nothing is sent late: that would be a burst


def test_a_pause_counts_as_far_as_it_is_within_a_probe() -> None:
    """A pause that began long before a probe blurs it by what came after its intended start."""
    times = [0.0]
    pauses = OwnPauses(lambda: times[-1])
    times.append(10.0)
    assert pauses.blur(9.75, 10.0) == 0.25
    times.append(10.125)
    assert pauses.blur(9.75, 10.125) == 0.25
    assert pauses.blur(10.0, 10.125) == 0


def test_journeys_take_turns() -> None:
    """Two journeys, each twice a second, are a request each quarter of a second, and not two at once."""
    asked: list[float] = []

    async def answer(_request: httpx.Request) -> httpx.Response:
        asked.append(now())
        return httpx.Response(200)

    async def all_of_it() -> None:
        async with open_client("http://shop", httpx.MockTransport(answer)) as http:
            prober = Prober(
                replace(USUAL, per_second=2, wait_seconds=0),
                ProberMetrics(["a", "b"]),
                http,
                [replace(GET, name=n) for n in "ab"],
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(prober.run(), 0.9)

    run(all_of_it())
    assert asked == pytest.approx([0, 0.25, 0.5, 0.75])


def test_a_shop_that_starts_is_waited_for() -> None:
    """The first probe comes when the shop is ready, and after the longest wait in any case."""

    async def not_ready(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    def first_probe(ready_after: float, before: Answer = not_ready) -> float:
        asked: list[float] = []

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/readyz":
                return httpx.Response(200) if now() >= ready_after else await before(request)
            asked.append(now())
            return httpx.Response(200, text=LIST)

        async def all_of_it() -> None:
            async with open_client("http://shop", httpx.MockTransport(answer)) as http:
                with suppress(TimeoutError):
                    await asyncio.wait_for(Prober(USUAL, ProberMetrics(["get"]), http, [GET]).run(), 70)

        run(all_of_it())
        return asked[0]

    assert first_probe(7) == pytest.approx(7, abs=0.2)
    assert first_probe(1e9) == pytest.approx(60, abs=0.2)
    assert first_probe(7, after(*[1e9] * 99)) == pytest.approx(7, abs=1.2)
    assert first_probe(1e9, after(*[1e9] * 99)) == pytest.approx(60, abs=1.2)
    assert first_probe(7, raising(httpx.ConnectError("refused"))) == pytest.approx(7, abs=0.2)
    assert first_probe(7, raising(httpx.DecodingError("no gzip"))) == pytest.approx(7, abs=0.2)


async def test_each_probe_has_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stalls holds up no other probe, none is reused, and none goes through a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    connections, first = 0, asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        first.set()
        if connections == 1:
            await reader.read()  # for ever, until the client leaves
        with suppress(asyncio.IncompleteReadError):  # the client leaves; this server would keep the connection
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(LIST)}\r\n\r\n{LIST}".encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_client(f"http://127.0.0.1:{port}") as http:
            stalled = asyncio.ensure_future(GET.ask(http))
            async with asyncio.timeout(30):
                await first.wait()
            answered = [await GET.ask(http) for _ in range(3)]
            stalled.cancel()
            with suppress(asyncio.CancelledError):
                await stalled

    assert answered == [True] * 3
    assert connections == 4


def test_every_series_is_there_from_the_start() -> None:
    """The first failure of a kind is an increase; thresholds of the SLOs are bounds of buckets."""
    text = ProberMetrics(["checkout"]).exposition().decode()

    for outcome in OUTCOMES:
        labels = f'{{journey="checkout",outcome="{outcome}"}}'
        assert f"probe_requests_total{labels} 0.0" in text
        assert f"probe_duration_seconds_count{labels} 0.0" in text
    assert 'probe_unmeasured_total{journey="checkout"} 0.0' in text
    assert "probe_lag_seconds_count 0.0" in text
    assert {0.3, 1.0} <= set(BUCKETS)


def test_the_slos_name_every_way_to_fail() -> None:
    """What the SLOs count as an error is each outcome but `ok`; all series that they select exist."""
    specs = yaml.safe_load((REPOSITORY / "slos.yaml").read_text(encoding="utf-8"))["slos"]
    probes = [spec for spec in specs if spec["name"].endswith("-probe")]
    errors = [re.findall(r'outcome=~"([^"]+)"', spec["sli"]["latency"]["errors"])[0].split("|") for spec in probes]

    assert [sorted(found) for found in errors] == [sorted(set(OUTCOMES) - {"ok"})] * 2
    assert {spec["sli"]["latency"]["histogram"] for spec in probes} == {
        f'probe_duration_seconds{{service="prober", journey="{journey.name}"}}' for journey in JOURNEYS
    }


async def test_it_serves_its_metrics_and_health() -> None:
    """To Prometheus and health checks; a page of somebody else that names this address is refused."""
    transport = httpx.ASGITransport(create_app(ProberMetrics(["get"])))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8092") as http:
        health, metrics = await http.get("/healthz"), await http.get("/metrics")
        foreign = await http.get("/metrics", headers={"Host": "evil.example"})

    assert health.json() == {"status": "ok"}
    assert metrics.headers["content-type"].startswith("text/plain")
    assert metrics.headers["x-content-type-options"] == "nosniff"
    assert "probe_requests_total" in metrics.text
    assert foreign.status_code == 400


async def test_it_ends_with_its_probes(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    """A prober that no longer probes must not look alive: the process ends with the error."""

    async def broken(_self: Prober) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Prober, "run", broken)

    with pytest.raises(RuntimeError, match="a bug"):
        await program.serve(ProberSettings(port=unused_tcp_port))


def test_the_settings_come_from_the_environment() -> None:
    """Each can be set; what is missing or empty is as by default."""
    given = {"PROBER_PORT": "1", "PROBER_TARGET": "http://web:8000/", "PROBER_PER_SECOND": "2.5", "PROBER_HOST": ""}

    assert from_environment(given) == ProberSettings(port=1, target="http://web:8000", per_second=2.5)
    assert from_environment({}) == ProberSettings()
    all_of_them = ProberSettings("::1", 1, "http://web", 2.5, 3.5, 4, 5.5)
    names = [each.name for each in fields(ProberSettings)]
    assert (
        from_environment({f"PROBER_{name.upper()}": str(getattr(all_of_them, name)) for name in names}) == all_of_them
    )
