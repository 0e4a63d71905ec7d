"""Secrets do not reach the stores, and what only looks like one does: the real Collector, VictoriaLogs and Jaeger."""

import json

import pytest

from box.logs.store import Wanted
from tests.box.test_log_search import NASTY
from tests.local import get, send
from tests.pipeline.conftest import Pipeline, wait_for
from tests.pipeline.sender import Line, Span

TRACE = "5b8efff798038103d269b633813fc60c"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjbGVhciJ9.c2lnbmF0dXJlLWNsZWFy"

# Written as an application might; each holds the text of its key, which must not be found afterwards.
TEXTS = {
    "hunter2-clear": "login failed: password=hunter2-clear for anna",
    "json-clear": '{"user": "anna", "password": "json-clear"}',
    "escaped-clear": r"body: {\"api_key\": \"escaped-clear\"}",
    "query-clear": "GET /reset?token=query-clear&next=/",
    "bearer-clear": "Authorization: Bearer bearer-clear",
    "YmFzaWM6Y2xlYXI": "authorization: Basic YmFzaWM6Y2xlYXI=",
    "loose-clear": "sent bearer loose-clear-token to them",
    "session-clear": "Cookie: theme=dark; session=session-clear; lang=en",
    "set-clear": "Set-Cookie: id=set-clear; HttpOnly",
    "eyJzdWIiOiJjbGVhciJ9": f"the token was {JWT}",
    "dsn-clear": "cannot connect to postgresql+psycopg://shop:dsn-clear@postgres/shop",
    "4111 1111 1111 1111": "card 4111 1111 1111 1111 declined",
    "5500-0055-5555-5559": "card:5500-0055-5555-5559",
    "4012888888881881": "paid with 4012888888881881.",
    "378282246310005": "amex 378282246310005",
    "3782 822463 10005": "amex 3782 822463 10005",
}
KEYS = {
    "http.request.header.authorization": "key-clear-1",
    "http.request.header.cookie": "key-clear-2",
    "user.password": "key-clear-3",
    "API_KEY": "key-clear-4",
    "db.credential": "key-clear-5",
    "payment.card_number": "key-clear-6",
}
HARMLESS = {
    "order": "order 7f2d4111-2222-4333-8444-123456789012 placed",
    "trace": f"see {TRACE} for more",
    "ratio": "took 0.4111111111111111 of the budget",
    "nanoseconds": "at 1795766654663977123 and 1795766654663",
    "words": "the basic idea of a token bucket: a password is a secret",
    "count": "max_tokens: 100, tokens=5",
    "url": "http://127.0.0.1:8000/products?page=2",
}


@pytest.fixture
def stores(pipeline: Pipeline) -> Pipeline:
    """A Collector with both stores."""
    pipeline.start("jaeger", "victoria-logs", "otel-collector")
    return pipeline


def stored_trace(pipeline: Pipeline, spans: int) -> str:
    """Return the stored trace as it came from the store, once all its spans are there."""

    def look() -> str | None:
        answer = send("GET", f"{pipeline.settings.url('jaeger')}/api/traces/{TRACE}")
        return answer.text if answer.ok and len(answer.json()["data"][0]["spans"]) == spans else None

    return wait_for(f"the trace with {spans} spans", look)


def stored_lines(pipeline: Pipeline, count: int) -> str:
    """Return all lines with all that is stored beside them, once there are so many."""

    def look() -> str | None:
        records = pipeline.records()
        return json.dumps([(record.message, record.fields) for record in records]) if len(records) == count else None

    return wait_for("the lines", look)


def leaked(stored: str, secrets: list[str]) -> list[str]:
    """Return the secrets that are in what a store answered."""
    return [secret for secret in secrets if secret in stored]


def test_no_secret_is_stored_with_a_trace(stores: Pipeline) -> None:
    """Neither in attributes nor in events nor in the text of a status, whatever type the value has."""
    numbered = {f"text.{index}": text for index, text in enumerate(TEXTS.values())}
    spans = [
        Span(TRACE, "00000000000000a1", attributes=KEYS, error="boom"),
        Span(TRACE, "00000000000000a2", attributes=numbered),
        Span(TRACE, "00000000000000a3", events={"exception": {"exception.message": "password=event-clear"}}),
        Span(TRACE, "00000000000000a4", attributes={"number": 4012888888881881}),
        *(Span(TRACE, f"{index:016x}", error=text) for index, text in enumerate(TEXTS.values(), start=0xB0)),
    ]
    stores.sender.spans(spans)

    stored = stored_trace(stores, len(spans))

    assert leaked(stored, [*TEXTS, *KEYS.values(), "event-clear", "4012888888881881"]) == []
    assert "****" in stored
    assert "slobox.status" not in stored


def test_no_secret_is_stored_with_a_log(stores: Pipeline) -> None:
    """Neither in a body of text, nor in one of fields, nor in attributes."""
    lines = [
        *(Line(text, TRACE) for text in TEXTS.values()),
        Line(
            {"event": "login", "password": "map-clear", "inner": {"text": "token=inner-clear", "cookie": "crumb-clear"}}
        ),
        Line("with attributes", TRACE, KEYS | {"number": 4012888888881881}),
    ]
    stores.sender.lines(lines)

    stored = stored_lines(stores, len(lines))

    secrets = [*TEXTS, *KEYS.values(), "map-clear", "inner-clear", "crumb-clear", "4012888888881881"]
    assert leaked(stored, secrets) == []
    assert "login failed: ****" in stored


def test_what_is_no_secret_stays_as_it_is(stores: Pipeline) -> None:
    """Ids, times, ratios and sentences about secrets are left alone, in traces and in logs."""
    stores.sender.spans(
        [Span(TRACE, "00000000000000a1", attributes=HARMLESS | {"ratio.double": 0.4111111111111111}, error="boom")]
    )
    stores.sender.lines([Line(text, TRACE) for text in HARMLESS.values()])

    trace, lines = stored_trace(stores, 1), stored_lines(stores, len(HARMLESS))

    tags = {tag["key"]: tag["value"] for tag in json.loads(trace)["data"][0]["spans"][0]["tags"]}
    assert {key: tags[key] for key in HARMLESS} == HARMLESS
    assert tags["ratio.double"] == 0.4111111111111111
    assert tags["otel.status_description"] == "boom"
    assert [text for text in HARMLESS.values() if json.dumps(text) not in lines] == []


def test_a_line_is_found_by_its_trace(stores: Pipeline) -> None:
    """The trace id is a field, and a stream is a service: not a process, and not a trace."""
    stores.sender.lines([Line("of this trace", TRACE), Line("of another", TRACE[::-1])])
    stored_lines(stores, 2)

    found = stores.records(Wanted(trace_id=TRACE))

    assert [record.message for record in found] == ["of this trace"]
    url = f"{stores.settings.url('victoria-logs')}/select/logsql/streams"
    streams = get(url, params={"query": "*"}).json()["values"]
    assert [each["value"] for each in streams] == ['{deployment.environment.name="demo",service.name="web"}']


def test_a_record_is_found_by_whatever_text_it_has(stores: Pipeline) -> None:
    """Nothing that somebody looks for is read as syntax: the one record that has it is found, in any field."""
    stores.sender.lines([Line("event", TRACE, {"error": f"<{text}>", "order_id": text}) for text in NASTY])
    stored_lines(stores, len(NASTY))

    for text in NASTY:
        for wanted in (Wanted(text=text), Wanted(text=f"<{text}".upper()), Wanted(order_id=text)):
            found = stores.records(wanted)
            assert [record.fields["order_id"] for record in found] == [text], wanted
