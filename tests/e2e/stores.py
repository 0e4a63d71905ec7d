"""What was stored: traces in Jaeger, lines in VictoriaLogs, exemplars in Prometheus."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.fullbox import FullBox
    from tests.e2e.shop_logs import Key

_SLICE_SECONDS = 10
_MOST_TRACES = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a stored trace."""

    id: str
    parent: str
    service: str
    name: str
    tags: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One exemplar of the latency histogram; `at` in seconds since epoch."""

    service: str
    trace: str
    span: str
    at: float


def trace(box: FullBox, trace_id: str) -> tuple[Span, ...]:
    """The spans of a trace; none when it is not stored."""
    found: list[dict[str, Any]] = (box.find("jaeger", f"/api/traces/{trace_id}") or {"data": []})["data"]
    return tuple(_span(span, each["processes"]) for each in found for span in each["spans"])


def trace_ids(box: FullBox, start: float, end: float) -> list[str]:
    """The IDs of the stored traces that begin within these seconds, asked for in slices below Jaeger's limit."""
    found: set[str] = set()
    for begin in range(int(start), int(end) + 1, _SLICE_SECONDS):
        times = {"start": begin * 1_000_000, "end": min(begin + _SLICE_SECONDS, int(end) + 1) * 1_000_000}
        answer = box.get("jaeger", "/api/traces", service="web", limit=_MOST_TRACES, **times)
        found |= {each["traceID"] for each in answer["data"]}
    return sorted(found)


def exemplars(box: FullBox, start: float, end: float) -> list[Exemplar]:
    """The exemplars of the latency histogram within these seconds."""
    times = {"start": f"{start:.3f}", "end": f"{end:.3f}"}
    query = "http_request_duration_seconds_bucket"
    return [
        Exemplar(
            series["seriesLabels"]["service"], each["labels"]["trace_id"], each["labels"]["span_id"], each["timestamp"]
        )
        for series in box.get("prometheus", "/api/v1/query_exemplars", query=query, **times)["data"]
        for each in series["exemplars"]
    ]


def lines(box: FullBox, start: float, end: float) -> list[Key]:
    """The keys of all lines of the three tiers within these seconds that have a trace ID; there is no limit."""
    query = 'service.name:in("web", "catalog", "orders") trace_id:*'
    window = urlencode({"query": query, "start": int(start * 1e9), "end": int(end * 1e9)})
    answer = box.text("victoria-logs", f"/select/logsql/query?{window}")
    return [_key(json.loads(row)) for row in answer.split("\n") if row]


def _key(fields: Mapping[str, str]) -> Key:
    return fields["service.name"], fields["trace_id"], fields.get("span_id", ""), fields.get("_msg", "")


def _span(span: Mapping[str, Any], processes: Mapping[str, Any]) -> Span:
    parent = next((each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"), "")
    tags = {tag["key"]: tag["value"] for tag in span["tags"]}
    return Span(span["spanID"], parent, processes[span["processID"]]["serviceName"], span["operationName"], tags)
