"""What becomes of spans and log records on their way to a Collector that is there, busy, or away."""

import logging
import sys
import time
from collections.abc import Iterator

import pytest
import structlog
import yaml
from opentelemetry._logs import LogRecord
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client import CollectorRegistry
from urllib3 import BaseHTTPResponse, Retry

from apps.settings import Settings
from apps.telemetry import logs, otel
from apps.telemetry.export import RETRIES
from apps.telemetry.otel import Telemetry
from apps.telemetry.rate_limit import LogRateLimiter
from box.supervision.config import STOP_SECONDS
from slo.promql import parse_duration
from tests.apps.otlp import Receiver, eventually, receiving
from tests.apps.servers import free_port
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _standard_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tier sets is gone after the test; batches are sent soon."""
    for name, value in otel.DEFAULTS.items():
        monkeypatch.setenv(name, value)
    for processor in ("BSP", "BLRP"):
        monkeypatch.setenv(f"OTEL_{processor}_SCHEDULE_DELAY", "50")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A Collector."""
    with receiving() as opened:
        yield opened


def tier(url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Telemetry, CollectorRegistry]:
    """The telemetry of a tier that sends to an address, and the registry of its metrics."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    registry = CollectorRegistry()
    return otel.set_up("web", "1.2.3", registry), registry


def spans(telemetry: Telemetry, *names: str) -> None:
    """End a span of each name."""
    tracer = telemetry.tracer_provider.get_tracer("tests")
    for name in names:
        tracer.start_span(name).end()


def send(telemetry: Telemetry, signal: str) -> None:
    """Send one span, or one log record."""
    if signal == "traces":
        spans(telemetry, "one")
    else:
        assert telemetry.logger_provider is not None
        telemetry.logger_provider.get_logger("tests").emit(LogRecord(body="one"))


def count(registry: CollectorRegistry, name: str, **labels: str) -> float:
    """The sum of all series of a metric that carry these labels."""
    samples = (sample for metric in registry.collect() for sample in metric.samples if sample.name == name)
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def test_the_environment_decides_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No endpoint, nothing; an endpoint, both signals; the standard variables switch one or both off."""
    registry = CollectorRegistry()
    assert not otel.set_up("web", "1", registry).exports_traces
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")

    assert otel.is_exported("traces")
    assert otel.is_exported("logs")
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")
    assert (otel.is_exported("traces"), otel.is_exported("logs")) == (True, False)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not otel.is_exported("traces")


def test_without_a_collector_a_trace_has_ids_and_costs_nothing_more() -> None:
    """Spans are not recorded, so that nothing waits and no exemplar leads nowhere, but the tiers share the trace ID."""
    telemetry = otel.set_up("web", "1", CollectorRegistry())

    span = telemetry.tracer_provider.get_tracer("tests").start_span("request")

    assert span.get_span_context().is_valid
    assert not span.is_recording()
    assert telemetry.logger_provider is None


def test_what_is_sent_is_compressed_otlp(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resource names the tier; OTEL_RESOURCE_ATTRIBUTES extends it and overrides our defaults."""
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod,team=shop")
    telemetry, registry = tier(receiver.url, monkeypatch)

    spans(telemetry, *(f"span {number}" for number in range(50)))
    eventually(lambda: len(receiver.spans) == 50)
    telemetry.close()

    resource = receiver.spans[0].resource
    assert (resource["service.name"], resource["service.version"], resource["team"]) == ("web", "1.2.3", "shop")
    assert (resource["service.namespace"], resource["deployment.environment.name"]) == ("slobox", "prod")
    assert len(ExportTraceServiceRequest.FromString(receiver.raw[0]).resource_spans) == 1
    assert receiver.encodings == {"gzip"}
    assert count(registry, "shop_telemetry_sent_total", signal="traces") == 50


def test_nothing_is_lost_while_the_collector_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans that end during an outage arrive once after it, in order."""
    tries: list[Retry] = []
    sleep = Retry.sleep

    def sleep_and_count(retry: Retry, response: BaseHTTPResponse | None = None) -> None:
        tries.append(retry)
        sleep(retry, response)

    monkeypatch.setattr(Retry, "sleep", sleep_and_count)
    port = free_port()
    telemetry, registry = tier(f"http://127.0.0.1:{port}", monkeypatch)
    names = [f"span {number}" for number in range(1500)]

    spans(telemetry, *names)
    eventually(lambda: len(tries) >= 3)
    with receiving(Receiver(port=port)) as late:
        eventually(lambda: len(late.spans) >= 1500, seconds=30)
        telemetry.close()

    assert [span.name for span in late.spans] == names
    assert count(registry, "shop_telemetry_sent_total") == 1500
    assert count(registry, "shop_telemetry_dropped_total") == 0


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_collector_that_has_too_much_is_asked_again(
    receiver: Receiver, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers that OTLP calls retryable cost nothing but time."""
    receiver.status = status
    telemetry, registry = tier(receiver.url, monkeypatch)

    spans(telemetry, "one")
    eventually(lambda: receiver.requests >= 3)
    receiver.status = 200
    eventually(lambda: len(receiver.spans) == 1)
    telemetry.close()

    assert count(registry, "shop_telemetry_dropped_total") == 0


@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_a_batch_is_tried_for_two_minutes(receiver: Receiver, signal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """31 tries with growing pauses, for both signals and whatever pause the Collector asks for; then it is given up."""
    pauses: list[float] = []

    def sleep(retry: Retry, response: BaseHTTPResponse | None = None) -> None:
        asked = retry.get_retry_after(response) if response else None
        pauses.append(asked or retry.get_backoff_time())

    monkeypatch.setattr(Retry, "sleep", sleep)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")  # the official exporter's own retries do not fit into that
    receiver.status, receiver.headers = 503, {"Retry-After": "3600"} if signal == "logs" else {}
    telemetry, registry = tier(receiver.url, monkeypatch)

    send(telemetry, signal)
    eventually(lambda: count(registry, "shop_telemetry_dropped_total", signal=signal) == 1)
    receiver.status = 200
    telemetry.close()

    assert receiver.requests == RETRIES + 1
    assert 100 < sum(pauses) <= 5 * RETRIES


@pytest.mark.parametrize("status", [400, 401, 413, 500])
def test_what_is_refused_for_good_is_counted_and_does_not_block(
    receiver: Receiver, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A final answer costs its batch, once, and what follows arrives."""
    receiver.status = status
    telemetry, registry = tier(receiver.url, monkeypatch)

    spans(telemetry, "refused")
    eventually(lambda: count(registry, "shop_telemetry_dropped_total", signal="traces") == 1)
    asked, receiver.status = receiver.requests, 200
    spans(telemetry, "taken")
    eventually(lambda: len(receiver.spans) == 1)
    telemetry.close()

    assert asked == 1
    assert receiver.spans[0].name == "taken"
    assert count(registry, "shop_telemetry_sent_total") == 1


def test_a_full_queue_drops_the_oldest_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own metrics show how much waits, how much may, and what was dropped."""
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "600")
    port = free_port()
    telemetry, registry = tier(f"http://127.0.0.1:{port}", monkeypatch)
    spans(telemetry, *(["early"] * 512))
    eventually(lambda: count(registry, "otel_sdk_processor_span_queue_size") < 512)  # a batch is under way
    room = 600 - int(count(registry, "otel_sdk_processor_span_queue_size"))

    spans(telemetry, *(["late"] * (room + 10)))

    assert count(registry, "otel_sdk_processor_span_queue_capacity") == 600
    assert count(registry, "otel_sdk_processor_span_queue_size") == 600
    assert count(registry, "otel_sdk_processor_span_processed_total", error_type="queue_full") == 10
    with receiving(Receiver(port=port)) as back:
        eventually(lambda: len(back.spans) >= 512 + room, seconds=30)
        telemetry.close()
    assert len(back.spans) == 512 + room
    assert back.spans[-1].name == "late"


def test_leaving_delivers_what_waits(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last spans and log records of a process are sent before it ends."""
    for processor in ("BSP", "BLRP"):
        monkeypatch.setenv(f"OTEL_{processor}_SCHEDULE_DELAY", "60000")
    telemetry, _ = tier(receiver.url, monkeypatch)

    spans(telemetry, *(["last"] * 300))
    send(telemetry, "logs")
    assert receiver.requests == 0
    telemetry.close()

    assert (len(receiver.spans), len(receiver.logs)) == (300, 1)


def test_leaving_takes_no_longer_than_allowed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A tier leaves in time without its Collector, though the SDK would wait for half a minute, and says so."""
    monkeypatch.setattr(otel, "FLUSH_SECONDS", 4.0)
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())
    telemetry, _ = tier(f"http://127.0.0.1:{free_port()}", monkeypatch)

    spans(telemetry, *(["lost"] * 1500))
    send(telemetry, "logs")
    start = time.monotonic()
    telemetry.close()
    taken = time.monotonic() - start
    structlog.reset_defaults()

    assert taken < 2 * 4.0  # both signals within the same seconds; the SDK's own limit is 30
    assert "was not exported before the shutdown" in caplog.text


def test_a_tier_has_the_time_to_leave() -> None:
    """Its last requests and what waits for the Collector fit into what supervisor and compose grant before SIGKILL."""
    needed = Settings().shutdown_seconds + otel.FLUSH_SECONDS
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    granted = [parse_duration(compose[name]["stop_grace_period"]) for name in ("web", "catalog", "orders")]

    assert needed < STOP_SECONDS
    assert all(needed < seconds for seconds in granted)


def test_what_the_sdk_says_is_not_sent(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Failures of sending are written to stdout and never feed themselves."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    telemetry, registry = tier(receiver.url, monkeypatch)
    logs.set_up("web", "INFO", LogRateLimiter(200, lambda _logger: None), telemetry.logger_provider, sys.stdout)
    try:
        receiver.status = 400
        logging.getLogger("tests").warning("refused")
        eventually(lambda: count(registry, "shop_telemetry_dropped_total", signal="logs") == 1)
        receiver.status = 200
        logging.getLogger("tests").warning("taken", extra={"order_id": "o-1"})
        eventually(lambda: len(receiver.logs) == 1)
        telemetry.close()
    finally:
        logging.getLogger("uvicorn.error").filters.clear()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()

    (record,) = receiver.logs
    assert (record.name, record.logger, record.attributes["order_id"]) == ("taken", "tests", "o-1")
    assert "Failed to export logs batch" in capsys.readouterr().out
