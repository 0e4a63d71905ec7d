"""Secrets that get into a log line or an address by accident are masked before they leave the process."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from apps.telemetry import logs
from apps.telemetry.rate_limit import LogRateLimiter
from apps.telemetry.redaction import REDACTED, redact, redact_query
from tests.conftest import ROOT

CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abc.def-123", f"Authorization: Bearer {REDACTED}"),
        ("sent Bearer abcdef0123456789 to it", f"sent Bearer {REDACTED} to it"),
        ("Basic c2hvcDpzZWNyZXQ= failed", f"Basic {REDACTED} failed"),
        ("password=hunter2&user=shop", f"password={REDACTED}&user=shop"),
        ('{"db_password": "hunter2", "port": 5432}', f'{{"db_password": "{REDACTED}", "port": 5432}}'),
        ("access_token=xyz api-key: 12345", f"access_token={REDACTED} api-key: {REDACTED}"),
        ("postgresql+psycopg://shop:hunter2@db:5432/shop", f"postgresql+psycopg://shop:{REDACTED}@db:5432/shop"),
        ("redis://:hunter2@cache:6379/0", f"redis://:{REDACTED}@cache:6379/0"),
        ("Cookie: theme=dark; shop=x\nHost: h", f"Cookie: {REDACTED}\nHost: h"),
        (f"card {CARD} was refused", f"card {REDACTED} was refused"),
        ("card 4111 1111 1111 1111.", f"card {REDACTED}."),
        ("/products/5500-0000-0000-0004", f"/products/{REDACTED}"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    """The secret is masked, its place stays readable."""
    assert redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "request",
        "/orders/0af76519-16cd-43dd-8448-eb211c80319c",
        "http://127.0.0.1:8002/orders",
        "there is no token here",
        "0af7651916cd43dd8448eb211c80319c",
        "milliseconds=12.5",
        "Basic authentication failed",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """IDs, addresses and ordinary words are left alone."""
    assert redact(text) == text


def test_a_query_keeps_the_names_of_its_parameters_alone() -> None:
    """Values of a query may be anything and never leave the process."""
    assert redact_query("token=abc&page=2&flag") == f"token={REDACTED}&page={REDACTED}&{REDACTED}"
    assert redact_query(CARD) == REDACTED
    assert redact_query(f"{CARD}=x") == f"{REDACTED}={REDACTED}"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a tier writes to stdout."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.set_up("web", "INFO", LogRateLimiter(200, lambda _logger: None), stream=stream)
    structlog.configure(cache_logger_on_first_use=False)  # or loggers would stay like this for all tests after
    yield stream
    logging.getLogger("uvicorn.error").filters.clear()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_fields_of_a_line_are_masked_by_name_and_by_text(written: io.StringIO) -> None:
    """Also deep inside of lists and mappings; all else is written as it is."""
    deep = {"token": "hunter2", "page": "2", "more": [{"cookie": "hunter2"}, "password=hunter2"]}
    structlog.stdlib.get_logger("apps.here").info("event", api_key=12, deep=deep, items=(1, 2.5, None))

    line = json.loads(written.getvalue())

    assert "hunter2" not in written.getvalue()
    assert (line["api_key"], line["items"], line["deep"]["page"]) == (REDACTED, [1, 2.5, None], "2")


def test_a_traceback_is_whole_and_masked(written: io.StringIO) -> None:
    """An unexpected error is written with its traceback, without the secrets in its message."""

    def fail(depth: int) -> None:
        if depth:
            fail(depth - 1)
        raise RuntimeError(f"cannot reach postgresql://shop:hunter2@db with card {CARD}")

    try:
        fail(30)
    except RuntimeError:
        logging.getLogger("library").exception("token=%s", "t0psecret")

    line = json.loads(written.getvalue())
    assert f"RuntimeError: cannot reach postgresql://shop:{REDACTED}@db" in line["exception"].splitlines()[-1]
    assert not re.search(rf"hunter2@|{CARD}|t0psecret", written.getvalue())


SCRIPT = """
import signal, sys
from itertools import product
from apps.telemetry.redaction import redact

length, seconds, *pieces = sys.argv[1:]
length, seconds = int(length), float(seconds)
for one, other in product(pieces, repeat=2):
    half = length // 2
    for text in ((one + other) * (length // len(one + other)), one * (half // len(one)) + other * (half // len(other))):
        print(repr(text[:40]), flush=True)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        redact("/" + text + ":x=@")
"""
PIECES = (
    *("a", "-", "1", " ", "=", ":", "@", ".", "/", "://", '"', ";", "\n"),
    *("password", "api_", "cookie", "authorization:", "bearer ", "basic", "5500-"),
)
"""What the patterns look for, and what may stand between: every two of them are repeated, one by one and by turns."""
LENGTH, CPU_SECONDS = "16384", "0.8"
"""A text needs a thirtieth of that time; one that grows as the square of the length needs 7 s."""


def test_no_text_takes_longer_than_its_length() -> None:
    """Visitors choose some of these texts: a pattern with quadratic time is killed."""
    command = [sys.executable, "-c", SCRIPT, LENGTH, CPU_SECONDS, *PIECES]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, f"too slow: {done.stdout.splitlines()[-1:]} {done.stderr}"
