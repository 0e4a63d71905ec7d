"""One request is one trace over all tiers, and its logs and exemplars lead to it; checked on real processes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.apps.otlp import Receiver, Sent, eventually, receiving
from tests.apps.running import ADMIN, TOKEN, key, order
from tests.apps.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
TIERS = ("catalog", "orders", "web")
SERVER, CLIENT = 2, 3
STATEMENTS = ["connect", "BEGIN", "SELECT", "INSERT", "UPDATE", "INSERT"]
"""What an order does in the database."""
VISITOR = "b7ad6b7169203331"
"""The span id of a visitor who begins a trace."""
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


@dataclass(frozen=True, slots=True)
class Processes:
    """The three tiers as processes, and the Collector that they send to."""

    ports: dict[str, int]
    receiver: Receiver
    folder: Path
    running: dict[str, subprocess.Popen[bytes]]

    def get(self, tier: str, path: str, **headers: str) -> httpx.Response:
        """Ask a tier."""
        return httpx.get(f"http://127.0.0.1:{self.ports[tier]}{path}", headers=headers, trust_env=False)

    def post(self, path: str, **arguments: object) -> httpx.Response:
        """Send something to web."""
        return httpx.post(f"http://127.0.0.1:{self.ports['web']}{path}", trust_env=False, **arguments)  # type: ignore[arg-type]

    def fault(self, tier: str, name: str, **wanted: object) -> None:
        """Switch a fault on."""
        url = f"http://127.0.0.1:{self.ports[tier]}/admin/faults/{name}"
        httpx.put(url, json=wanted, headers=ADMIN, trust_env=False).raise_for_status()

    def well(self, tier: str) -> None:
        """Switch all faults off."""
        for name in ("errors", "latency", "dependency"):
            url = f"http://127.0.0.1:{self.ports[tier]}/admin/faults/{name}"
            httpx.delete(url, headers=ADMIN, trust_env=False).raise_for_status()

    def trace(self, trace_id: str, spans: int) -> list[Sent]:
        """The spans of a trace, as soon as so many were received."""
        eventually(lambda: len(self.receiver.trace(trace_id)) >= spans)
        return self.receiver.trace(trace_id)

    def lines(self, tier: str) -> list[dict[str, object]]:
        """What a tier has written to stdout."""
        return [json.loads(line) for line in (self.folder / f"{tier}.log").read_text().splitlines()]


def trace_of(number: int) -> tuple[str, dict[str, str]]:
    """A trace id, and the headers with which a caller begins that trace."""
    trace_id = f"{number:032x}"
    return trace_id, {"traceparent": f"00-{trace_id}-{VISITOR}-01"}


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """All tiers, ready to serve."""
    folder = tmp_path_factory.mktemp("tiers")
    (folder / "token").write_text(TOKEN)
    ports = {tier: free_port() for tier in TIERS}
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        running = {tier: stack.enter_context(_tier(tier, ports, receiver, folder)) for tier in TIERS}
        for process in running.values():
            stack.callback(process.terminate)
        shop = Processes(ports, receiver, folder, running)
        for tier in TIERS:
            eventually(partial(_ready, shop, tier), seconds=60)
        yield shop


def _ready(shop: Processes, tier: str) -> bool:
    try:
        return shop.get(tier, "/readyz").is_success
    except httpx.TransportError:
        return False


def _tier(tier: str, ports: dict[str, int], receiver: Receiver, folder: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_"))}
    environment |= {
        "SHOP_PORT": str(ports[tier]),
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_ADMIN_TOKEN_FILE": str(folder / "token"),
        "SHOP_CATALOG_URL": f"http://127.0.0.1:{ports['catalog']}",
        "SHOP_ORDERS_URL": f"http://127.0.0.1:{ports['orders']}",
        "SHOP_CACHE_SECONDS": "600",
        "SHOP_EXEMPLAR_SECONDS": "0.5",
        "SHOP_BREAKER_CALLS": "3",
        "SHOP_BREAKER_SHARE": "0.5",
        "SHOP_BREAKER_FIRST_SECONDS": "2",
        "SHOP_BREAKER_MOST_SECONDS": "2",
        # A machine that is busy with something else shall not cause a retry, whose spans nobody expects.
        "SHOP_DEADLINE_SECONDS": "30",
        "SHOP_ATTEMPT_SECONDS": "30",
        "SHOP_VERSION": "1.2.3",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
    }
    with (folder / f"{tier}.log").open("wb") as output:
        return subprocess.Popen([sys.executable, "-m", f"apps.{tier}"], cwd=ROOT, env=environment, stdout=output)


def test_an_order_is_one_trace_over_all_tiers(tiers: Processes) -> None:
    """Server, client and server span hang together, and the statements of the order below them."""
    trace_id, headers = trace_of(0xA1)

    tiers.post("/api/checkout", json=order(), headers=headers | key("one")).raise_for_status()
    spans = tiers.trace(trace_id, 3 + len(STATEMENTS))

    by_kind = {(span.service, span.kind): span for span in spans}
    web, call, orders = by_kind["web", SERVER], by_kind["web", CLIENT], by_kind["orders", SERVER]
    statements = [span for span in spans if span.parent == orders.span_id]
    assert [web.parent, call.parent, orders.parent] == [VISITOR, web.span_id, call.span_id]
    assert (web.name, web.attributes["http.route"]) == ("POST /api/checkout", "/api/checkout")
    assert web.attributes["http.response.status_code"] == 201
    assert call.attributes["peer.service"] == "orders"
    assert call.attributes["url.full"] == f"http://127.0.0.1:{tiers.ports['orders']}/orders"
    assert [span.name.split()[0] for span in statements] == STATEMENTS
    assert {span.attributes["db.system.name"] for span in statements} == {"sqlite"}
    assert "customer@example.org" not in str(statements)


def test_an_order_leads_to_its_lines_and_its_trace(tiers: Processes) -> None:
    """Who has the id of an order finds all requests about it, in logs and traces of both tiers."""
    placing, again, page, program = (trace_of(number) for number in range(0xA2, 0xA6))
    placed = tiers.post("/api/checkout", json=order(), headers=placing[1] | key("told")).json()["order_id"]
    tiers.post("/api/checkout", json=order(), headers=again[1] | key("told")).raise_for_status()
    tiers.get("web", f"/orders/{placed}", **page[1]).raise_for_status()
    tiers.get("web", f"/api/orders/{placed}", **program[1]).raise_for_status()

    def servers(trace_id: str) -> dict[str, object]:
        spans = [span for span in tiers.receiver.trace(trace_id) if span.kind == SERVER]
        return {span.service: span.attributes.get("shop.order.id") for span in spans}

    for trace_id, _ in (placing, again, page, program):
        eventually(partial(lambda trace_id: servers(trace_id).keys() == {"web", "orders"}, trace_id))
        assert servers(trace_id) == {"web": placed, "orders": placed}
        for tier in ("web", "orders"):
            assert trace_id in [line["trace_id"] for line in tiers.lines(tier) if line.get("order_id") == placed]


def test_a_page_places_an_order_that_is_told_as_well(tiers: Processes) -> None:
    """The form of the shop ends in a redirect; its line has the order that the redirect shows."""
    form = {"email": "a@example.org", "items": "mug:1", "key": "told-by-a-form"}
    answer = tiers.post("/checkout", data=form)

    assert answer.status_code == 303
    placed = answer.headers["location"].rpartition("/")[2]
    eventually(lambda: placed in [line.get("order_id") for line in tiers.lines("web")])


def test_a_page_has_a_cache_span_and_statements_when_the_cache_missed(tiers: Processes) -> None:
    """The trace of a product shows whether the cache knew it, and the query when it did not."""
    first, headers = trace_of(0xB1)
    second, again = trace_of(0xB2)

    tiers.get("web", "/products/lamp", **headers)
    tiers.get("web", "/products/lamp", **again)
    missed, hit = tiers.trace(first, 7), tiers.trace(second, 4)

    (cache,) = (span for span in missed if span.name == "cache get")
    below = [span for span in missed if span.parent == cache.span_id]
    assert cache.attributes["cache.result"] == "miss"
    assert [span.name.split()[0] for span in below] == ["connect", "BEGIN", "SELECT"]
    assert "FROM products" in below[-1].attributes["db.query.text"]
    assert [span.attributes["cache.result"] for span in hit if span.name == "cache get"] == ["hit"]
    assert len(tiers.receiver.trace(second)) == 4


def test_resources_tell_who_speaks(tiers: Processes) -> None:
    """Spans and log records of a tier carry its name, version, namespace, environment and one instance id."""
    tiers.get("web", "/products")
    eventually(lambda: all(any(span.service == tier for span in tiers.receiver.spans) for tier in ("web", "catalog")))
    eventually(lambda: any(record.service == "web" for record in tiers.receiver.logs))

    resources = [each.resource for each in (*tiers.receiver.spans, *tiers.receiver.logs) if each.service == "web"]
    assert len({resource["service.instance.id"] for resource in resources}) == 1
    for resource in resources:
        assert resource["service.namespace"] == "slobox"
        assert resource["service.version"] == "1.2.3"
        assert resource["deployment.environment.name"] == "demo"


def test_log_lines_carry_the_ids_of_their_span(tiers: Processes) -> None:
    """Each line about a request has the ids of its server span, on stdout and over OTLP alike."""
    trace_id, headers = trace_of(0xC1)

    tiers.get("web", "/products/mug", **headers)
    eventually(lambda: sum(span.kind == SERVER for span in tiers.receiver.trace(trace_id)) == 2)
    eventually(lambda: sum(record.trace_id == trace_id for record in tiers.receiver.logs) >= 2)
    spans = {span.span_id: span for span in tiers.receiver.trace(trace_id)}

    records = [record for record in tiers.receiver.logs if record.trace_id == trace_id]
    assert {record.service for record in records} == {"web", "catalog"}
    for record in records:
        assert spans[record.span_id].service == record.service
        assert spans[record.span_id].kind == SERVER
        assert record.name == "GET /products/{sku} 200"
        assert record.logger == "apps.requests"
        assert record.attributes["route"] == "/products/{sku}"
        assert record.attributes["severity"] == "INFO"
    for tier in ("web", "catalog"):
        (line,) = [line for line in tiers.lines(tier) if line.get("trace_id") == trace_id]
        assert spans[str(line["span_id"])].service == tier


def test_exemplars_point_at_marked_spans_and_nothing_else_is_marked(tiers: Processes) -> None:
    """The span of every exemplar is sent with the mark; spans of requests without an exemplar have none."""
    for _ in range(30):
        tiers.get("web", "/products")
    exemplars = set()
    for tier in TIERS:
        text = tiers.get(tier, "/metrics", **OPENMETRICS).text
        for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
            exemplars |= {sample.exemplar.labels["span_id"] for sample in family.samples if sample.exemplar}
    eventually(lambda: exemplars <= {span.span_id for span in tiers.receiver.spans})

    marked = {span.span_id for span in tiers.receiver.spans if span.attributes.get("slobox.exemplar") is True}
    counted = sum(_value(tiers.get(tier, "/metrics").text, "shop_exemplars_marked_total") for tier in TIERS)
    assert exemplars
    assert exemplars <= marked
    assert len(marked) == counted
    assert len(marked) < sum(span.kind == SERVER for span in tiers.receiver.spans)


def _value(text: str, name: str) -> float:
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))


def test_retries_and_trips_of_the_breaker_are_events(tiers: Processes) -> None:
    """Each attempt is a client span; the server span tells of each retry, and of the circuit breaker that opened."""
    trace_id, headers = trace_of(0xD1)
    tiers.fault("catalog", "errors", rate=1.0, seconds=60)

    answers = [tiers.get("web", "/api/products", **headers).status_code for _ in range(2)]
    tiers.well("catalog")
    spans = tiers.trace(trace_id, 2 + 2 * 3)

    attempts = [span for span in spans if span.service == "web" and span.kind == CLIENT]
    happened = [event for span in spans if span.service == "web" and span.kind == SERVER for event in span.events]
    retry = {"peer.service": "catalog", "http.request.resend_count": 1, "error.type": "answered 500"}
    assert answers[0] == 502
    assert len(attempts) == 3
    assert ("retry made", retry) in happened
    assert ("circuit breaker", {"peer.service": "catalog", "circuit_breaker.state": "open"}) in happened
    assert all(span.error for span in spans if span.service == "web")
    eventually(lambda: tiers.get("web", "/api/products").is_success)


def test_probes_scrapes_and_admin_calls_are_not_traced(tiers: Processes) -> None:
    """Neither the requests nor the queries of a readiness check leave a span or a line."""
    trace_id, headers = trace_of(0xE1)
    after, marker = trace_of(0xE2)

    for tier in TIERS:
        for path in ("/healthz", "/readyz", "/metrics", "/admin/faults"):
            tiers.get(tier, path, **headers)
    for tier in ("web", "catalog", "orders"):
        tiers.get(tier, "/nothing", **marker)
    tiers.trace(after, 3)

    assert tiers.receiver.trace(trace_id) == []
    roots = [span for span in tiers.receiver.spans if not span.parent]
    assert all(span.kind == SERVER for span in roots)
    assert not any(record.trace_id == trace_id for record in tiers.receiver.logs)


def test_a_visitor_cannot_switch_tracing_off(tiers: Processes) -> None:
    """A request that says it is not sampled is recorded all the same: errors of anybody must leave a trace."""
    trace_id, _ = trace_of(0xF1)

    tiers.get("web", "/products", traceparent=f"00-{trace_id}-{VISITOR}-00")

    assert tiers.trace(trace_id, 4)


def test_baggage_of_visitors_goes_nowhere(tiers: Processes) -> None:
    """What a visitor puts into the header `baggage` is neither recorded nor passed on."""
    trace_id, headers = trace_of(0xF2)

    tiers.get("web", "/products", baggage="user=somebody", **headers)
    tiers.trace(trace_id, 4)

    assert not any(b"somebody" in message for message in tiers.receiver.raw)


def test_no_secret_is_told(tiers: Processes) -> None:
    """Whatever secrets a request carries, in address, headers, cookies or body: no span and no line tells them."""
    trace_id, headers = trace_of(0xF3)
    card, secret = "4111111111111111", "s3cr3t-of-the-test"
    headers |= {"Authorization": f"Bearer {secret}", "Cookie": f"cart=mug:1; session={secret}", "X-Api-Key": secret}
    faulty = order(email=f"{secret}@example.org") | {"card": card}

    tiers.get("web", f"/products?token={secret}&card={card}", **headers)
    tiers.get("web", f"/nothing/{card}?{secret}", **headers)
    tiers.get("web", f"/products/{card}", **headers)
    tiers.post(f"/api/checkout?token={secret}", json=faulty, headers=headers | key(secret))
    tiers.post("/api/checkout", json=order(email=f"{secret}@example.org"), headers=headers | key(secret))
    tiers.get("web", "/admin/faults", Authorization=f"Bearer {secret}")
    eventually(lambda: sum(span.parent == VISITOR for span in tiers.receiver.trace(trace_id)) == 5)
    eventually(lambda: sum(record.trace_id == trace_id for record in tiers.receiver.logs) >= 8)

    told = b"".join(tiers.receiver.raw) + b"".join((tiers.folder / f"{tier}.log").read_bytes() for tier in TIERS)
    assert b"url.query" in told
    for hidden in (card, secret, TOKEN):
        assert hidden.encode() not in told


def test_an_address_that_is_made_to_be_slow_is_answered(tiers: Processes) -> None:
    """The longest path, of words that each look like the beginning of a name, stops neither its tier nor its span."""
    trace_id, headers = trace_of(0xF4)

    answer = tiers.get("web", "/" + "a-" * 7900 + ":", **headers)
    (span,) = tiers.trace(trace_id, 1)

    assert answer.status_code == 404
    assert span.attributes["url.path"] == ("/" + "a-" * 7900)[:2048]


def test_heads_are_bounded(tiers: Processes) -> None:
    """A request with an endless header, or an endless address, is cut off before it takes memory."""
    for begin in (b"GET /products HTTP/1.1\r\nHost: x\r\nX-Long: ", b"GET /"):
        with socket.create_connection(("127.0.0.1", tiers.ports["web"]), timeout=20) as connection:
            sent, answer = 0, b""
            connection.sendall(begin)
            with contextlib.suppress(OSError):  # it may be closed while we still send
                for _ in range(10_000):
                    connection.sendall(b"x" * 1024)
                    sent += 1024
            with contextlib.suppress(OSError):
                answer = connection.recv(1024)
            assert answer.startswith(b"HTTP/1.1 400") or not answer
            assert sent < 10_000 * 1024
    long = {f"X-{number}": "x" * 100 for number in range(100)}
    assert tiers.get("web", "/products", **long).is_success
