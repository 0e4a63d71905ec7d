"""What Loki knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from box.doctor.servers import Servers

NANO = 1_000_000_000
LIMIT = "200"


@dataclass(frozen=True, slots=True)
class Line:
    """A log line: when (seconds since epoch), its labels with the structured metadata, and its text."""

    at: float
    labels: Mapping[str, str]
    text: str


def of_service(service: str) -> str:
    """Return the query for all lines of a service."""
    return f'{{service_name="{service}"}}'


def of_trace(trace_id: str) -> str:
    """Return the query for all lines of a trace."""
    return f'{{service_name=~".+"}} | trace_id="{trace_id}"'


def lines(servers: Servers, query: str, start: float, end: float) -> list[Line]:
    """Return the lines of a query, the newest first.

    Raises:
        BrokenError: Loki does not answer.
    """
    window = {"start": str(int(start * NANO)), "end": str(int(end * NANO)), "limit": LIMIT, "direction": "backward"}
    answer = servers.ask("loki", "/loki/api/v1/query_range", query=query, **window)
    with servers.reading("loki"):
        streams = answer["data"]["result"]
        found = [_line(dict(stream["stream"]), value) for stream in streams for value in stream["values"]]
    return sorted(found, key=lambda line: line.at, reverse=True)


def _line(labels: dict[str, str], entry: list[Any]) -> Line:
    return Line(int(entry[0]) / NANO, labels, str(entry[1]))
