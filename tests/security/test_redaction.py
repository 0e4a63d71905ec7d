"""Secrets in every place of a span or a log record, in every shape: what the shipped Collector delivers has none."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import BUILT
from tests.planted import CARD_NUMBER, CARDS, HARMLESS, Planted
from tests.security.collector import attributes, collecting, send, storing, value


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the Collector delivered of all that was sent, and all that it had on disk before, its log included."""

    planted: Planted
    traces: str
    logs: str
    waiting: bytes


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    """One trace and some log records, full of secrets, through the real Collector."""
    if not (BUILT / "otelcol").exists():
        pytest.skip("no otelcol: run `make tools`")
    folder, planted = tmp_path_factory.mktemp("collector"), Planted()
    with storing() as store, collecting(BUILT / "otelcol", store, folder) as url:
        store.taking = False
        send(url, "traces", traces(planted))
        send(url, "logs", logs(planted))
        store.wait_refused("/v1/traces", "/v1/logs")
        waiting = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
        store.taking = True
        yield Delivered(planted, store.wait("/v1/traces"), store.wait("/v1/logs"), waiting)


def traces(planted: Planted) -> dict[str, Any]:
    """Return a failed span with secrets wherever OTLP has room for text."""
    now = time.time_ns()
    event = {
        "timeUnixNano": str(now),
        "name": f"retry password={planted.secret('name of an event')}",
        "attributes": attributes(planted.content("attributes of an event")),
    }
    cards = {f"card.{number}": f"paid with {card}" for number, card in enumerate(CARDS)}
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "00000000000000a1",
        "name": f"GET /reset?token={planted.secret('name of a span')}",
        "kind": 2,
        "startTimeUnixNano": str(now - 10**6),
        "endTimeUnixNano": str(now),
        "attributes": attributes(
            planted.content("attributes of a span") | cards | HARMLESS | {"card": CARD_NUMBER, "http.route": "/x"}
        ),
        "events": [event],
        "status": {"code": 2, "message": f"password={planted.secret('status of a span')}"},
    }
    bare = {"code": 2, "message": f"token={planted.secret('status of a span without attributes and events')}"}
    ordinary = {**span, "spanId": "00000000000000a2", "name": "GET /orders/{number}", "status": bare}
    ordinary |= {"attributes": [], "events": []}
    scope = {"scope": {"name": "test", "attributes": attributes(planted.content("scope"))}, "spans": [span, ordinary]}
    return {"resourceSpans": [{"resource": resource(planted), "scopeSpans": [scope]}]}


def logs(planted: Planted) -> dict[str, Any]:
    """Return log records whose bodies are texts and mappings, with attributes."""
    bodies: list[object] = [*planted.texts("body").values(), planted.content("fields of a body"), *CARDS]
    bodies += HARMLESS.values()
    records = [{"timeUnixNano": str(time.time_ns()), "body": value(body)} for body in bodies]
    with_attributes = {"body": value("x"), "attributes": attributes(planted.content("attributes of a log record"))}
    scope = {"scope": {"name": "test"}, "logRecords": [*records, with_attributes]}
    return {"resourceLogs": [{"resource": resource(planted), "scopeLogs": [scope]}]}


def resource(planted: Planted) -> dict[str, Any]:
    """Return a resource with secrets among its attributes."""
    return {"attributes": attributes({"service.name": "web"} | planted.content("resource"))}


def test_no_secret_is_delivered(delivered: Delivered) -> None:
    """In attributes at any depth, events, names, status, resource, scope, bodies: every shape is masked."""
    assert len(delivered.planted.where) > 400
    assert delivered.planted.left(delivered.traces + delivered.logs) == []


def test_no_secret_waits_on_disk(delivered: Delivered) -> None:
    """The queue comes after the redaction: while no store takes anything, its files hold what is masked."""
    leaks = delivered.planted.left(delivered.waiting.decode("latin-1"))

    assert leaks == []
    assert [card for card in CARDS if card.encode() in delivered.waiting] == []
    assert [text for text in HARMLESS.values() if text.encode() not in delivered.waiting] == []


def test_no_card_number_is_delivered(delivered: Delivered) -> None:
    """Numbers of payment cards go, as text, in groups, and as a number."""
    text = delivered.traces + delivered.logs

    assert [card for card in (*CARDS, str(CARD_NUMBER)) if card in text] == []


def test_what_is_no_secret_is_delivered(delivered: Delivered) -> None:
    """Words about secrets, ids, times and addresses arrive as they were sent, and so does an ordinary span's name."""
    for text in HARMLESS.values():
        assert text in delivered.traces
        assert text in delivered.logs
    assert "GET /orders/{number}" in delivered.traces
    assert "slobox." not in delivered.traces  # what texts were laid aside under
