"""No secret gets into a log line, a span or an answer, whichever way it comes into the shop."""

import io
import json
import logging

import pytest

from apps.telemetry.line import Line
from apps.telemetry.logs import Writer
from apps.telemetry.redaction import REDACTED, query_names, redact
from apps.telemetry.throttle import Throttle

CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Authorization: Bearer abc.def-123", f"Authorization: Bearer {REDACTED}"),
        ("sent Bearer abcdef0123456789 to it", f"sent Bearer {REDACTED} to it"),
        ("Basic c2hvcDpzZWNyZXQ= failed", f"Basic {REDACTED} failed"),
        ("{'authorization': 'Basic c2hvcDpz'}", f"{{'authorization': 'Basic {REDACTED}'}}"),
        ("password=hunter2&user=shop", f"password={REDACTED}&user=shop"),
        ('{"db_password": "hunter2", "port": 5432}', f'{{"db_password": "{REDACTED}", "port": 5432}}'),
        ("access_token=xyz api-key: 12345", f"access_token={REDACTED} api-key: {REDACTED}"),
        ("postgresql+psycopg://shop:hunter2@db:5432/shop", f"postgresql+psycopg://shop:{REDACTED}@db:5432/shop"),
        ("redis://:hunter2@cache:6379/0", f"redis://:{REDACTED}@cache:6379/0"),
        ("Cookie: session=abc", f"Cookie: {REDACTED}"),
        (f"card {CARD} was refused", f"card {REDACTED} was refused"),
        ("card 4111 1111 1111 1111.", f"card {REDACTED}."),
        ("/products/5500-0000-0000-0004", f"/products/{REDACTED}"),
    ],
)
def test_secrets_are_taken_out(text: str, told: str) -> None:
    """The secret goes, what tells where it was stays."""
    assert redact(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "request",
        "/orders/0af76519-16cd-43dd-8448-eb211c80319c",
        "orders: answered 503",
        "http://127.0.0.1:8002/orders",
        "SELECT products; INSERT orders",
        "1795768304521882704",
        "order 4111111111111112 of 2026-11-27T08:00:00Z",
        "there is no token here",
        "0af7651916cd43dd8448eb211c80319c",
        "milliseconds=12.5",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Ids, addresses, times and ordinary words are left alone."""
    assert redact(text) == text


def test_of_a_query_only_the_names_are_told() -> None:
    """Values of a query may be anything and are never told."""
    assert query_names(b"token=abc&page=2&flag") == f"token={REDACTED}&page={REDACTED}&{REDACTED}"
    assert query_names(b"") == ""
    assert query_names(CARD.encode()) == REDACTED


def test_errors_that_nobody_foresaw_tell_no_secret() -> None:
    """Message, values and traceback of an unexpected error are redacted, on stdout and over OTLP."""
    stream, sent = io.StringIO(), list[Line]()
    writer = Writer("web", stream, Throttle(200, lambda _logger: None), sent.append)
    error = RuntimeError(f"cannot reach postgresql://shop:hunter2@db with card {CARD}")
    raised = (type(error), error, None)
    record = logging.LogRecord("apps.edge", logging.ERROR, "", 0, "token=%s", ("t0psecret",), raised)
    record.__dict__["details"] = ["Bearer abcdef012345"]

    writer.emit(record)

    told = json.loads(stream.getvalue())
    assert told["exception.type"] == "RuntimeError"
    assert "cannot reach" in told["exception.message"]
    assert "RuntimeError: cannot reach" in told["exception.stacktrace"]
    for text in (stream.getvalue(), repr(sent)):
        for secret in ("hunter2", CARD, "t0psecret", "abcdef012345"):
            assert secret not in text
