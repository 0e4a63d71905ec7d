"""The end-to-end tests judge rightly: what they call lost is lost, and what is whole they call whole."""

import json
from pathlib import Path

import httpx
import pytest

from bench.load import Request, open_loop, read
from tests.e2e import log_flood, shop_logs
from tests.e2e.links import problems
from tests.e2e.shop_logs import Line
from tests.e2e.stores import Span
from tests.e2e.test_outage import phases

TRACE = "a" * 32


def line(service: str, status: int = 200, ms: float = 5.0, span: str = "s") -> Line:
    """The line of a request that a tier served."""
    return Line(service, TRACE, span, "GET /products 200", status, ms)


def span(identity: str, service: str, name: str, parent: str = "", **tags: str) -> Span:
    """A stored span."""
    return Span(identity, parent, service, name, {key.replace("_", "."): value for key, value in tags.items()})


MISS = (
    span("w", "web", "GET /products"),
    span("c", "catalog", "GET /products", "w"),
    span("g", "catalog", "cache get", "c", cache_result="miss"),
    span("t", "catalog", "SELECT products", "g", db_system_name="sqlite"),
)
BROWSED = (line("web", span="w"), line("catalog", span="c"))


def test_a_whole_trace_has_no_problems() -> None:
    """Every tier has a span, and the miss of the cache shows its statement."""
    assert problems(MISS, BROWSED, "w") == []


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ((), ["not stored"]),
        (MISS[:1], ["no span of catalog", "no look-up in the cache"]),
        (MISS[:2], ["no look-up in the cache"]),
        (MISS[:3], ["cache miss, but no statement"]),
        (
            (*MISS[:3], span("t", "catalog", "SELECT products", "c", db_system_name="sqlite")),
            ["cache miss, but no statement"],
        ),
        (MISS[1:], ["no span of web", "span w is not in it"]),
    ],
)
def test_what_a_trace_lacks(trace: tuple[Span, ...], said: list[str]) -> None:
    """A tier, the span of the exemplar, the look-up, or the statement below it."""
    assert problems(trace, BROWSED, "w") == said


def test_a_hit_and_a_failed_request_need_no_statement() -> None:
    """Only what reached the database has to show it."""
    hit = (*MISS[:2], span("g", "catalog", "cache get", "c", cache_result="hit"))

    assert problems(hit, BROWSED) == []
    assert problems(MISS[:2], (line("web", 502), line("catalog", 500))) == []


def test_an_order_needs_a_statement_of_orders() -> None:
    """A statement of another tier does not do."""
    trace = (
        span("w", "web", "POST"),
        span("o", "orders", "POST", "w"),
        span("t", "web", "SELECT products", "w", db_system_name="sqlite"),
    )

    assert problems(trace, (line("web", 201), line("orders", 201))) == ["an order, but no statement"]


def test_lines_without_a_trace_and_torn_lines_are_left_out(tmp_path: Path) -> None:
    """The current file and the rotated one are read."""
    record = {"event": "GET /products 200", "service": "web", "trace_id": TRACE, "span_id": "s", "level": "info"}
    whole = json.dumps({**record, "status": 503, "milliseconds": 1.5})
    (tmp_path / "web.log").write_text(f'{whole}\n{{"event": "started"}}\nTraceback\n{whole[:-9]}')
    (tmp_path / "web.log.1").write_text(json.dumps({**record, "status": 200, "milliseconds": 301}) + "\n")

    found = [each for file in shop_logs.files(tmp_path / "web.log") for each in shop_logs.parsed(file)]

    assert [(each.status, each.ms, each.kept) for each in found] == [(200, 301.0, True), (503, 1.5, True)]
    assert not line("web", 404, 299.9).kept


def test_phases_go_by_when_a_request_was_due() -> None:
    """A request without an answer failed; the warm-up is left out."""
    requests = [Request(float(second), 500.0 if second < 5 else 10.0, 200, "/", TRACE) for second in range(30)]
    requests[12] = Request(12.0, 10_000.0, 0, "/", TRACE)
    requests[13] = Request(13.0, 20.0, 503, "/", TRACE)

    before, during, after = phases(requests, killed=12.0, back=20.0)

    assert (before.requests, during.requests, after.requests) == (7, 8, 10)
    assert (before.failed, during.failed, after.failed) == (0, 2, 0)
    assert (before.ms, during.ms, after.ms) == (10.0, 10.0, 10.0)


async def test_a_request_without_an_answer_is_recorded() -> None:
    """With status 0, and a trace ID of its own."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/products" and "traceparent" not in request.headers:
            return httpx.Response(200, json={"products": [{"sku": "mug"}]})
        raise httpx.ReadTimeout("stalls")

    requests = await open_loop("http://shop", per_second=50, seconds=0.2, transport=httpx.MockTransport(answer))

    assert len(requests) == 10
    assert {each.status for each in requests} == {0}
    assert len({each.trace for each in requests}) == 10


def test_requests_are_read_in_the_order_in_which_they_were_due(tmp_path: Path) -> None:
    """A slow answer is written late and sorted to its place."""
    rows = [{"due": due, "ms": 1.0, "status": 200, "route": "/", "trace": TRACE} for due in (2.0, 1.0)]
    (tmp_path / "requests").write_text("".join(json.dumps(row) + "\n" for row in rows))

    assert [each.due for each in read(tmp_path / "requests")] == [1.0, 2.0]


def test_a_flood_counts_what_was_taken() -> None:
    """A Collector that does not answer takes nothing."""
    sent = log_flood.send("http://127.0.0.1:9", per_second=10_000, seconds=0.1)

    assert (sent.attempted, sent.taken) == (1000, 0)
