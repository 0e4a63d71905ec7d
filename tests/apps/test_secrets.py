"""No secret gets into a log line, a span or an answer, whichever way it comes into the shop."""

import io
import json
import logging

import pytest

from apps.telemetry.line import Line
from apps.telemetry.logs import Writer
from apps.telemetry.redaction import REDACTED, query_names, redact
from apps.telemetry.throttle import Throttle
from apps.telemetry.wire import pack_lines
from tests.planted import CARD_NUMBER, CARDS, HARMLESS, TEXTS, Planted

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
        ("card 4111111111111111 12/27", f"card {REDACTED} 12/27"),
        ("/products/5500-0000-0000-0004", f"/products/{REDACTED}"),
        ("Cookie: theme=dark; shop=x\nHost: h", f"Cookie: {REDACTED}\nHost: h"),
        ("Cookie: theme='dark'; shop=\"x y\"; lang=en", f"Cookie: {REDACTED}"),
        ('{"Cookie": "theme=dark; shop=x", "port": 1}', f'{{"Cookie": "{REDACTED}", "port": 1}}'),
        ('{"password": "a \\" b", "port": 1}', f'{{"password": "{REDACTED}", "port": 1}}'),
        (r"{\"secret\": \"a \\\" b\", \"port\": 1}", rf"{{\"secret\": \"{REDACTED}\", \"port\": 1}}"),
        ("passphrase: 'never closed", f"passphrase: '{REDACTED}"),
        ("{'db_pwd': b'a b', 'port': 1}", f"{{'db_pwd': b'{REDACTED}', 'port': 1}}"),
        ("{'token': ['a b'], 'page': ['2']}", f"{{'token': ['{REDACTED}'], 'page': ['2']}}"),
        ("password: basic", f"password: {REDACTED}"),
        ("sent basic aGVsbG8gd29ybGQh to it", f"sent basic {REDACTED} to it"),
        ("eyJzdWIiOiJh.eyJzdWIiOiJh.c2ln expired", f"{REDACTED} expired"),
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
        "Basic authentication failed",
        "eyJhbGciOiJI alone",
        "",
        *HARMLESS.values(),
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Ids, addresses, times and ordinary words are left alone."""
    assert redact(text) == text


@pytest.mark.parametrize("shape", TEXTS)
def test_every_shape_that_the_collector_masks_is_masked_here(shape: str) -> None:
    """Alone, in the middle of a line, and in capitals, except for a JSON web token, which has its own."""
    capitals = TEXTS[shape] if "eyJ" in TEXTS[shape] else TEXTS[shape].upper()
    for text in (TEXTS[shape], f"it failed: {TEXTS[shape]} and so on", capitals):
        told = redact(text.format("leak0001x"))

        assert "leak0001x" not in told
        assert REDACTED in told


@pytest.mark.parametrize("card", CARDS)
def test_every_card_that_the_collector_masks_is_masked_here(card: str) -> None:
    """Alone, within a sentence, and in front of another number."""
    assert redact(card) == REDACTED
    assert redact(f"paid with {card}, 12") == f"paid with {REDACTED}, 12"
    assert redact(f"paid with {card} 12/27") == f"paid with {REDACTED} 12/27"


def test_attributes_of_a_record_are_masked_by_name_and_by_text() -> None:
    """Whatever is given with a line, at any depth: nothing planted is written to stdout or sent."""
    stream, sent, planted = io.StringIO(), list[Line](), Planted()
    writer = Writer("web", stream, Throttle(200, lambda _logger: None), sent.append)
    record = logging.LogRecord("apps.tests", logging.INFO, "", 0, "event", (), None)
    record.__dict__.update(planted.content("attributes") | {"cards": list(CARDS), "number": CARD_NUMBER} | HARMLESS)
    record.__dict__.update({"session.id": 12, "items": (1, 2.5, None)})

    writer.emit(record)

    told = json.loads(stream.getvalue())
    written = stream.getvalue() + pack_lines(b"", sent).decode("utf-8", "replace")
    assert planted.left(written) == []
    assert [card for card in (*CARDS, str(CARD_NUMBER)) if card in written] == []
    assert {name: told[name] for name in HARMLESS} == HARMLESS
    assert (told["session.id"], told["items"]) == (REDACTED, [1, 2.5, "None"])
    assert told["secret.list"] == REDACTED


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
