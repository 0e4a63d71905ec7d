"""Answers of the stores and counters of the parts are read whole."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter

from bench.fullbox import FullBox
from tests.e2e import alerting, queues, stores
from tests.e2e.shop_logs import TIERS

TRACE = "b" * 32


Answer = Callable[[dict[str, str]], Any]
"""What is answered to the parameters of a question."""


class Given(BaseAdapter):
    """An adapter that answers without a network; None is a 404."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: PreparedRequest, **_: Any) -> Response:  # type: ignore[override]  # noqa: ANN401
        """Answer."""
        body = self._answer(dict(parse_qsl(urlsplit(str(request.url)).query)))
        response = Response()
        response.status_code = 404 if body is None else 200
        response.raw = io.BytesIO((body if isinstance(body, str) else json.dumps(body)).encode())
        return response

    def close(self) -> None:
        """Nothing is open."""


def box(answer: Answer) -> FullBox:
    """A stack of which every service gives the same function's answers."""
    names = ("jaeger", "victoria-logs", "prometheus", "pager", queues.COLLECTOR, *TIERS)
    session = Session()
    session.mount("http://", Given(answer))
    return FullBox(Path(), dict.fromkeys(names, 1), "jaeger", {}, session)


def test_an_unknown_trace_has_no_spans() -> None:
    """Jaeger answers 404."""
    assert stores.trace(box(lambda _: None), TRACE) == ()


def test_a_span_knows_its_service_and_its_parent() -> None:
    """Jaeger keeps both apart from the span."""
    reference = {"refType": "CHILD_OF", "spanID": "p"}
    span = {
        "spanID": "s",
        "processID": "p1",
        "operationName": "cache get",
        "references": [reference],
        "tags": [{"key": "cache.result", "value": "miss"}],
    }
    answer = {"data": [{"spans": [span], "processes": {"p1": {"serviceName": "catalog"}}}]}

    (found,) = stores.trace(box(lambda _: answer), TRACE)

    assert (found.service, found.parent, found.tags) == ("catalog", "p", {"cache.result": "miss"})


def test_every_line_of_the_log_store_is_read() -> None:
    """A line is a JSON object; a message may hold what other readers take for the end of a line."""
    fields = {"service.name": "web", "trace_id": TRACE, "span_id": "s"}
    rows = [{**fields, "_msg": "one\u2028two"}, {**fields, "_msg": "three", "span_id": "t"}]

    found = stores.lines(box(lambda _: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)), 1.0, 2.0)

    assert found == [("web", TRACE, "s", "one\u2028two"), ("web", TRACE, "t", "three")]


def test_only_a_page_that_began_since_then_counts() -> None:
    """A page of an earlier fault says nothing about whether one arrives now."""

    def notification(began: str, slo: str = "checkout-availability", severity: str = "page") -> dict[str, Any]:
        alert = {"status": "firing", "startsAt": began, "labels": {"slo": slo, "severity": severity}}
        return {"received": time.time(), "alerts": [alert]}

    old, new = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
    others = [notification(old), notification(new, slo="browse"), notification(new, severity="ticket")]

    assert not alerting.paged(box(lambda _: others), time.time() - 60)
    assert alerting.paged(box(lambda _: [*others, notification(new)]), time.time() - 60)


def test_losses_are_summed_over_series_and_names() -> None:
    """With or without the suffix `_total`; a counter that is not there yet is 0."""
    text = (
        "# TYPE shop_telemetry_dropped_total counter\n"
        'shop_telemetry_dropped_total{signal="logs"} 3\nshop_telemetry_dropped_total{signal="traces"} 4\n'
        "# TYPE otelcol_exporter_send_failed_spans counter\notelcol_exporter_send_failed_spans 5\n"
    )

    one = box(lambda _: text)

    assert queues.total(one, "web", *queues.SHOP_DROPS) == 7
    assert queues.total(one, queues.COLLECTOR, *queues.COLLECTOR_DROPS) == 5
