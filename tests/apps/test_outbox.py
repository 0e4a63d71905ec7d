"""What waits for the Collector: nothing is lost while it is away for a while, and what is lost is counted."""

import asyncio
import gzip
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.sdk.resources import Resource

from apps.catalog.app import create_app as create_catalog
from apps.settings import Settings
from apps.telemetry import export, outbox, signals, wire
from apps.telemetry.delivery import HttpPost
from apps.telemetry.line import Line
from apps.telemetry.logs import Writer
from apps.telemetry.metrics import PipelineMeters, Readings, new_registry
from apps.telemetry.outbox import Answer, Limits, Outbox
from apps.telemetry.throttle import Throttle
from tests.apps.otlp import Receiver, eventually, receiving
from tests.apps.running import serving
from tests.apps.servers import free_port

WHO = wire.pack_resource(Resource({"service.name": "web"}))
TAKEN = Answer(delivered=True)
AWAY = Answer(delivered=False, again=True, why="away")


@dataclass(slots=True)
class Tally:
    """Counts what became of items."""

    taken: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def sent(self, count: int) -> None:
        """So many were taken."""
        self.taken += count

    def dropped(self, reason: str, count: int) -> None:
        """So many were lost."""
        self.lost[reason] += count


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for long in a test."""
    monkeypatch.setattr(outbox, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(outbox, "LONGEST_PAUSE_SECONDS", 0.05)


def numbers(post: outbox.Post, tally: Tally, limits: Limits = outbox.USUAL) -> Outbox[int]:
    """An outbox of numbers, packed as text."""
    return Outbox("numbers", lambda batch: " ".join(map(str, batch)).encode(), post, tally, limits)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A Collector."""
    with receiving() as opened:
        yield opened


def lines(url: str, tally: Tally, limits: Limits = outbox.USUAL) -> Outbox[Line]:
    """An outbox of log records for a Collector."""
    post = HttpPost(f"{url}/v1/logs", "x-tenant=demo", "gzip", signals.rejected_logs)
    return Outbox("logs", lambda batch: post.pack(wire.pack_lines(WHO, batch)), post, tally, limits)


def line(text: str) -> Line:
    """A log record."""
    return Line(1_700_000_000_000_000_000, 9, "INFO", text, {}, 0, 0, 0, "tests")


def test_the_limits_are_those_that_a_minute_without_collector_needs() -> None:
    """32,768 items wait, a batch is tried for 150 seconds, and a tier leaves within five."""
    usual = Limits()

    assert (usual.queue, usual.patience_seconds) == (32_768, 150)
    assert export.FLUSH_SECONDS + outbox.SHUTDOWN_PAUSE_SECONDS < 5


def test_standard_variables_mean_what_they_mean_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """OTLP's timeout is milliseconds of one request, by signal or for all; the patience has a setting of its own."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2500")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "700")
    monkeypatch.setenv("OTEL_BLRP_MAX_QUEUE_SIZE", "100")

    assert export.limits("traces", 9) == Limits(patience_seconds=9, request_seconds=2.5)
    assert export.limits("logs", 9) == Limits(queue=100, patience_seconds=9, request_seconds=0.7)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
    assert export.limits("traces", 150) == Limits()


async def test_a_tier_has_the_patience_of_its_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHOP_TELEMETRY_PATIENCE_SECONDS reaches the outboxes: what nobody takes is given up when it is over."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(export, "FLUSH_SECONDS", 0.1)
    hasty = settings.model_copy(update={"telemetry_patience_seconds": 0.05})

    async with serving(create_catalog, hasty) as tier:
        await tier.client.get("/nothing")
        for _ in range(500):
            if tier.value("shop_telemetry_dropped_total", signal="traces", reason="expired"):
                break
            await asyncio.sleep(0.02)

    assert tier.value("shop_telemetry_dropped_total", signal="traces", reason="expired") == 1


def test_nothing_is_lost_while_the_collector_is_away() -> None:
    """What was put while nobody listened arrives when somebody does, in order and once."""
    tally = Tally()
    port, tries = free_port(), Counter[str]()
    really = HttpPost(f"http://127.0.0.1:{port}/v1/logs", "", "gzip", signals.rejected_logs)

    def post(payload: bytes, seconds: float) -> Answer:
        tries["all"] += 1
        return really(payload, seconds)

    box: Outbox[Line] = Outbox("logs", lambda batch: really.pack(wire.pack_lines(WHO, batch)), post, tally)

    for number in range(1500):
        box.put(line(str(number)))
    eventually(lambda: tries["all"] >= 8)  # more often than the SDK would have tried
    with receiving(Receiver(port=port)) as late:
        eventually(lambda: box.waiting == 0)
        box.leave(2)
        box.join()

    assert [record.name for record in late.logs] == [str(number) for number in range(1500)]
    assert (tally.taken, tally.lost) == (1500, {})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_collector_that_has_too_much_is_asked_again(receiver: Receiver, status: int) -> None:
    """The status codes that OTLP calls retryable lose nothing."""
    tally = Tally()
    receiver.status = status
    box = lines(receiver.url, tally)

    box.put(line("kept"))
    eventually(lambda: receiver.requests >= 2)
    receiver.status = 200
    eventually(lambda: box.waiting == 0)
    box.leave(2)
    box.join()

    assert [record.name for record in receiver.logs] == ["kept"]
    assert (tally.taken, tally.lost) == (1, {})


def test_what_is_refused_for_good_is_counted_and_does_not_block(receiver: Receiver) -> None:
    """A batch that the Collector cannot read is dropped, so that the next one gets its turn."""
    tally = Tally()
    receiver.status = 400
    box = lines(receiver.url, tally)

    box.put(line("bad"))
    eventually(lambda: tally.lost["refused"] == 1)
    receiver.status = 200
    box.put(line("good"))
    eventually(lambda: tally.taken == 1)
    box.leave(2)
    box.join()

    assert [record.name for record in receiver.logs] == ["good"]


def test_items_refused_in_part_are_counted(receiver: Receiver) -> None:
    """The Collector takes a request and tells that it threw some of it away."""
    tally = Tally()
    receiver.body = ExportLogsServiceResponse(
        partial_success=ExportLogsPartialSuccess(rejected_log_records=2)
    ).SerializeToString()
    box = lines(receiver.url, tally)

    for number in range(5):
        box.put(line(str(number)))
    eventually(lambda: tally.taken == 3)
    box.leave(2)
    box.join()

    assert tally.lost == {"refused": 2}


@pytest.mark.parametrize("body", [b"{}", b"<html><body>OK</body></html>", b"\xff"])
def test_an_answer_that_is_no_otlp_does_not_end_the_outbox(receiver: Receiver, body: bytes) -> None:
    """A proxy or another server says 200 in its own words: the batch is taken, and so is the next one."""
    tally = Tally()
    receiver.body = body
    box = lines(receiver.url, tally)

    box.put(line("first"))
    eventually(lambda: tally.taken == 1)
    box.put(line("second"))
    eventually(lambda: tally.taken == 2)
    box.leave(2)
    box.join()

    assert [record.name for record in receiver.logs] == ["first", "second"]
    assert tally.lost == {}
    assert signals.rejected_spans(body) == 0


def test_a_post_that_raises_costs_its_batch_and_nothing_after_it(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever nobody foresaw is counted as refused and told with its kind; the outbox goes on."""
    tally, answers = Tally(), {b"2": TAKEN}

    def post(payload: bytes, _seconds: float) -> Answer:
        return answers[payload]

    box = numbers(post, tally)
    box.put(1)
    eventually(lambda: tally.lost["refused"] == 1)
    box.put(2)
    eventually(lambda: tally.taken == 1)
    box.leave(1)
    box.join()

    assert "numbers: 1 items were dropped (refused): KeyError" in caplog.text


def test_a_full_queue_turns_the_newest_away_and_counts_them() -> None:
    """No more than the limit waits; what waits is delivered."""
    tally = Tally()
    back = threading.Event()
    got: list[bytes] = []

    def post(payload: bytes, _seconds: float) -> Answer:
        if not back.is_set():
            return AWAY
        got.append(payload)
        return TAKEN

    box = numbers(post, tally, Limits(queue=100))
    for number in range(130):
        box.put(number)

    assert box.waiting == 100
    assert not box.room()
    assert tally.lost == {"queue_full": 30}
    back.set()
    eventually(lambda: box.waiting == 0)
    assert b" ".join(got).split() == [str(number).encode() for number in range(100)]
    assert box.room()
    box.leave(1)
    box.join()


def test_a_batch_is_given_up_after_its_time() -> None:
    """A batch that nobody takes is dropped when its patience is over, and counted as expired."""
    tally = Tally()
    box = numbers(lambda _payload, _seconds: AWAY, tally, Limits(patience_seconds=0.1))

    box.put(1)
    eventually(lambda: tally.lost["expired"] == 1)
    box.leave(0)
    box.join()

    assert box.waiting == 0


def test_the_time_of_a_batch_begins_when_those_before_it_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody takes the oldest batch the next one waits without losing time, and is delivered afterwards."""
    monkeypatch.setattr(outbox, "BATCH", 1)
    tally, patience = Tally(), 0.5
    tries: dict[bytes, list[float]] = {b"1": [], b"2": []}

    def post(payload: bytes, _seconds: float) -> Answer:
        tries[payload].append(time.monotonic())
        return TAKEN if len(tries[b"2"]) > 1 else AWAY

    begun = time.monotonic()
    box = numbers(post, tally, Limits(patience_seconds=patience))
    box.put(1)
    box.put(2)
    eventually(lambda: tally.taken == 1)
    box.leave(1)
    box.join()

    assert tally.lost == {"expired": 1}
    assert tries[b"1"][-1] - tries[b"1"][0] >= patience - outbox.LONGEST_PAUSE_SECONDS
    assert tries[b"2"][0] >= tries[b"1"][-1]
    assert tries[b"2"][-1] - begun > patience


@pytest.mark.parametrize("hangs", [False, True], ids=["refuses", "hangs"])
def test_leaving_takes_no_longer_than_allowed(hangs: bool) -> None:  # noqa: FBT001 - a case of the test
    """An outbox ends in its time, also when the Collector is away or does not answer, and counts what is left."""
    tally = Tally()
    gone = threading.Event()

    def post(_payload: bytes, seconds: float) -> Answer:
        if hangs:
            gone.wait(min(seconds, 60))
        return AWAY

    box = numbers(post, tally)
    for number in range(700):
        box.put(number)
    start = time.monotonic()
    box.leave(0.5)
    box.join()
    taken = time.monotonic() - start
    gone.set()

    assert taken < 0.5 + outbox.SHUTDOWN_PAUSE_SECONDS + 5  # the scheduler's share; without a limit it were a minute
    assert tally.lost == {"shutdown": 700}


def test_leaving_delivers_what_waits(receiver: Receiver) -> None:
    """The last items of a process are sent before it ends."""
    tally = Tally()
    box = lines(receiver.url, tally)

    for number in range(2000):
        box.put(line(str(number)))
    box.leave(10)
    box.join()

    assert len(receiver.logs) == 2000
    assert tally.lost == {}


def test_requests_are_compressed_and_carry_the_headers(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes over the wire is gzip of an OTLP message."""
    post = HttpPost(f"{receiver.url}/v1/logs", "", "gzip", signals.rejected_logs)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    plain = HttpPost(f"{receiver.url}/v1/logs", "", "none", signals.rejected_logs)
    message = wire.pack_lines(WHO, [line("x")] * 50)

    assert post(post.pack(message), 5).delivered
    assert plain(plain.pack(message), 5).delivered
    assert gzip.decompress(post.pack(message)) == plain.pack(message) == message
    assert len(post.pack(message)) < len(message) / 5
    assert len(ExportLogsServiceRequest.FromString(receiver.raw[0]).resource_logs) == 1


def test_what_the_sender_says_is_not_sent(receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    """Failures of sending are told on stdout and never feed themselves."""
    tally = Tally()
    receiver.status = 503
    box = lines(receiver.url, tally)
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    root.handlers[:] = [Writer("web", sys.stdout, Throttle(200, lambda _logger: None), box.put)]
    try:
        logging.getLogger("tests").warning("ours")
        eventually(lambda: receiver.requests >= 5)
        receiver.status = 200
        eventually(lambda: box.waiting == 0)
        box.leave(2)
        box.join()
    finally:
        root.handlers[:] = before

    assert [record.name for record in receiver.logs] == ["ours"]
    assert "not delivered, will try again" in capsys.readouterr().out


def test_drops_are_a_metric_of_the_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is lost and what waits can be read from /metrics; no exemplar is given out when the queue is nearly full."""
    registry = new_registry()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_BLRP_MAX_QUEUE_SIZE", "1000")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "2000")
    monkeypatch.setattr(export, "FLUSH_SECONDS", 0.1)
    made = export.set_up("web", "1", PipelineMeters(registry, Readings(registry)))
    assert made.lines is not None
    assert made.tracing.tracer is not None

    for _ in range(1010):
        made.lines.put(line("x"))
    assert made.keeps_traces()
    for _ in range(1000):
        made.tracing.tracer.start_span("span").end()

    assert registry.get_sample_value("shop_telemetry_dropped_total", {"signal": "logs", "reason": "queue_full"}) == 10
    assert registry.get_sample_value("shop_telemetry_waiting", {"signal": "logs"}) == 1000
    assert not made.keeps_traces()
    made.close()
    assert registry.get_sample_value("shop_telemetry_dropped_total", {"signal": "traces", "reason": "shutdown"}) == 1000


def test_a_batch_that_cannot_be_packed_is_counted_and_does_not_end_the_outbox() -> None:
    """One bad item costs its batch and nothing after it."""
    tally, got = Tally(), list[bytes]()

    def pack(batch: list[int]) -> bytes:
        return bytes(batch)  # 300 does not fit into a byte

    def post(payload: bytes, _seconds: float) -> Answer:
        got.append(payload)
        return TAKEN

    box: Outbox[int] = Outbox("numbers", pack, post, tally)
    box.put(300)
    eventually(lambda: tally.lost["refused"] == 1)
    box.put(7)
    eventually(lambda: tally.taken == 1)
    box.leave(1)
    box.join()

    assert got == [b"\x07"]
