"""Requests are counted and timed: all of them, under the right route, with exemplars that can be followed."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from starlette.responses import StreamingResponse

from apps.settings import Settings
from apps.telemetry.exemplars import MARK
from apps.telemetry.instrument import trace_requests
from apps.telemetry.metrics import BUCKETS, READS, WRITES, HttpMetrics, new_registry
from apps.telemetry.middleware import TelemetryMiddleware
from apps.telemetry.otel import Telemetry
from tests.apps.running import Shop, Tier, key, order

OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


async def test_series_exist_before_the_first_request(shop: Shop) -> None:
    """Every route has its series from the start, so that the first error is seen as an increase."""
    for method, path, statuses in (("POST", "/api/checkout", WRITES), ("GET", "/products/{sku}", READS)):
        values = [shop.web.value("http_requests_total", route=path, method=method, status=each) for each in statuses]
        timed = shop.web.value("http_request_duration_seconds_count", route=path, method=method)

        assert values == [0.0] * len(statuses)
        assert timed == 0.0


@pytest.mark.parametrize("threshold", [0.2, 0.3, 0.5, 1.0])
def test_buckets_contain_the_thresholds(threshold: float) -> None:
    """A latency SLO can only be computed at a bucket's bound."""
    assert threshold in BUCKETS


async def test_the_template_is_the_route(shop: Shop) -> None:
    """Series carry the template and never the path, whatever visitors ask for."""
    await shop.web.client.get("/products/mug")
    await shop.web.client.get("/products/lamp")
    await shop.web.client.get("/nothing/here")
    await shop.web.client.request("BREW", "/products")

    text = (await shop.web.client.get("/metrics")).text

    assert shop.web.value("http_requests_total", route="/products/{sku}", method="GET", status="200") == 2
    assert shop.web.value("http_requests_total", route="unmatched", method="GET", status="404") == 1
    assert shop.web.value("http_requests_total", route="/products", method="other", status="405") == 1
    assert "/products/mug" not in text
    assert "BREW" not in text


async def test_probes_and_scrapes_are_not_counted(shop: Shop) -> None:
    """Nobody's SLO is about probes, scrapes and admin calls."""
    for path in ("/healthz", "/readyz", "/metrics", "/admin/faults"):
        await shop.web.client.get(path)

    assert shop.web.count("http_requests_total") == 0


async def test_failed_requests_are_timed(shop: Shop) -> None:
    """A request that ends in an unexpected error is counted as 500 and has a duration."""
    del shop.orders.app.state.orders

    answer = await shop.orders.client.post("/orders", json=order(), headers=key("k1"))

    assert answer.status_code == 500
    assert shop.orders.value("http_requests_total", route="/orders", method="POST", status="500") == 1
    assert shop.orders.value("http_request_duration_seconds_count", route="/orders", method="POST") == 1


async def test_a_torn_response_counts_as_an_error() -> None:
    """A response that breaks off after its head has failed, though it began with 200."""
    registry = new_registry()
    app = FastAPI()

    @app.get("/torn")
    async def torn() -> StreamingResponse:
        async def parts() -> Any:
            yield b"begin"
            raise RuntimeError("broken")

        return StreamingResponse(parts())

    tier = Tier(app, client_of(TelemetryMiddleware(app, HttpMetrics(registry, 0))), registry)
    with pytest.raises(RuntimeError, match="broken"):
        await tier.client.get("/torn")

    assert tier.value("http_requests_total", route="/torn", method="GET", status="500") == 1


def client_of(app: Any) -> httpx.AsyncClient:
    """A client that calls an ASGI application."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


def traced(provider: TracerProvider) -> tuple[FastAPI, Any]:
    """An application that is traced the way the tiers are, and its registry."""
    registry = new_registry()
    app = FastAPI()

    @app.get("/things/{name}")
    async def thing(name: str, request: Request) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"name": name, "path": request.url.path}

    app.add_middleware(TelemetryMiddleware, metrics=HttpMetrics(registry, 0.0))
    trace_requests(app, Telemetry(provider))
    return app, registry


async def test_exemplars_point_at_marked_spans() -> None:
    """The duration is observed while the server span still records: the exemplar's span carries the mark."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app, registry = traced(provider)

    for number in range(5):
        await client_of(app).get(f"/things/{number}")

    exemplars = [
        sample.exemplar.labels
        for metric in registry.collect()
        for sample in metric.samples
        if sample.exemplar is not None
    ]
    finished = {f"{span.context.span_id:016x}": span for span in spans.get_finished_spans()}
    assert exemplars
    for labels in exemplars:
        span = finished[labels["span_id"]]
        assert f"{span.context.trace_id:032x}" == labels["trace_id"]
        assert span.attributes is not None
        assert span.attributes[MARK] is True


async def test_no_exemplar_without_a_kept_trace() -> None:
    """A span that is not sampled is never pointed at."""
    app, registry = traced(TracerProvider(sampler=ALWAYS_OFF))

    await client_of(app).get("/things/1")

    assert all(sample.exemplar is None for metric in registry.collect() for sample in metric.samples)
    assert registry.get_sample_value("shop_exemplars_marked_total") == 0


async def test_metrics_speak_openmetrics_when_asked(shop: Shop) -> None:
    """Exemplars exist only in OpenMetrics, which a scraper gets when it asks for it."""
    plain = await shop.web.client.get("/metrics")
    open_ = await shop.web.client.get("/metrics", headers=OPENMETRICS)

    assert plain.headers["content-type"].startswith("text/plain")
    assert open_.headers["content-type"].startswith("application/openmetrics-text")
    assert open_.text.endswith("# EOF\n")
    assert "_created" not in open_.text


async def test_a_trace_id_crosses_the_tiers(shop: Shop, settings: Settings) -> None:
    """Without any collector a request still has one trace id in all tiers."""
    assert settings.orders_url
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01", **key("k1")}
    seen: list[str] = []

    async def remember(response: httpx.Response) -> None:
        seen.append(response.request.headers["traceparent"])

    shop.web.app.state.backend.orders.connections.http.event_hooks["response"].append(remember)
    answer = await shop.web.client.post("/api/checkout", json=order(sku="bad"), headers=headers)
    await shop.web.client.post("/api/checkout", json=order(), headers=headers)

    assert answer.json()["trace_id"] == trace_id
    assert [text.split("-")[1] for text in seen] == [trace_id]
