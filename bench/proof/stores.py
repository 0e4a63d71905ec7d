"""Reads back what was stored: traces from Jaeger, lines from VictoriaLogs, exemplars from Prometheus."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.cost import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.proof.fullbox import FullBox
    from bench.proof.shoplog import Key

_SLICE_SECONDS = 10.0
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


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of the log store: what it is known by."""

    key: Key


def trace(box: FullBox, trace_id: str) -> tuple[Span, ...]:
    """The spans of a trace; none when it is not stored.

    Raises:
        CommandFailedError: the store does not answer.
    """
    _only_jaeger(box)
    answer = box.find("jaeger", f"/api/traces/{trace_id}")
    if answer is None:
        return ()
    found: list[dict[str, Any]] = answer["data"]
    return tuple(_span(span, each["processes"]) for each in found for span in each["spans"])


def trace_ids(box: FullBox, start: float, end: float) -> list[str]:
    """The ids of the traces that are stored and begin within these seconds."""
    _only_jaeger(box)
    found: set[str] = set()
    for begin, finish in _slices(start, end):
        answer = box.get(
            "jaeger", "/api/traces", service="web", start=int(begin * 1e6), end=int(finish * 1e6), limit=_MOST_TRACES
        )
        found |= {each["traceID"] for each in answer["data"]}
    return sorted(found)


def exemplars(box: FullBox, start: float, end: float) -> list[Exemplar]:
    """The exemplars of the latency histogram within these seconds."""
    answer = box.get(
        "prometheus",
        "/api/v1/query_exemplars",
        query="http_request_duration_seconds_bucket",
        start=f"{start:.3f}",
        end=f"{end:.3f}",
    )
    return [
        Exemplar(
            series["seriesLabels"]["service"], each["labels"]["trace_id"], each["labels"]["span_id"], each["timestamp"]
        )
        for series in answer["data"]
        for each in series["exemplars"]
    ]


def lines(box: FullBox, start: float, end: float) -> list[StoredLine]:
    """All lines of the three tiers within these seconds that have a trace id; without a limit none is left out."""
    query = 'service.name:in("web", "catalog", "orders") trace_id:*'
    window = urlencode({"query": query, "start": int(start * 1e9), "end": int(end * 1e9)})
    answer = box.text("victoria-logs", f"/select/logsql/query?{window}")
    return [_line(json.loads(row)) for row in answer.split("\n") if row]


def _line(fields: Mapping[str, str]) -> StoredLine:
    return StoredLine((fields["service.name"], fields["trace_id"], fields.get("span_id", ""), fields.get("_msg", "")))


def _slices(start: float, end: float) -> Iterable[tuple[float, float]]:
    """Half-open pieces, so that no question is too large and no answer is counted twice."""
    begin = start
    while begin < end:
        yield begin, min(begin + _SLICE_SECONDS, end)
        begin += _SLICE_SECONDS


def _span(span: Mapping[str, Any], processes: Mapping[str, Any]) -> Span:
    parent = next((each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"), "")
    tags = {tag["key"]: tag["value"] for tag in span["tags"]}
    return Span(span["spanID"], parent, processes[span["processID"]]["serviceName"], span["operationName"], tags)


def _only_jaeger(box: FullBox) -> None:
    if box.store != "jaeger":
        raise CommandFailedError("this benchmark reads traces from Jaeger; take Tempo off PATH")
