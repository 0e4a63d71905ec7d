"""What the trace store knows: Tempo and Jaeger answer the same questions in other words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from box.servers import Servers

SEARCHED = 20
MICRO, NANO = 1_000_000, 1_000_000_000
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Trace:
    """A stored trace: how many spans each service has in it."""

    spans: Mapping[str, int]


class TraceStore(Protocol):
    """Reads traces."""

    def query(self, service: str) -> str:
        """Return how the newest trace of a service is asked for, for people."""

    def newest(self, service: str, start: float, end: float) -> float | None:
        """Return when the newest trace of a service began, in seconds since epoch."""

    def trace(self, trace_id: str) -> Trace | None:
        """Return a trace, None when it is not (yet) stored."""


@dataclass(frozen=True, slots=True)
class Jaeger:
    """Jaeger's query API."""

    servers: Servers

    def query(self, service: str) -> str:
        """Return the path of the search."""
        return f"/api/traces?service={service}&limit={SEARCHED}"

    def newest(self, service: str, start: float, end: float) -> float | None:
        """Return when the newest trace of a service began."""
        window = {"start": str(int(start * MICRO)), "end": str(int(end * MICRO))}
        answer = self.servers.ask("jaeger", "/api/traces", service=service, limit=str(SEARCHED), **window)
        with self.servers.reading("jaeger"):
            times = [moment for trace in answer["data"] or [] for moment in _starts(trace, service)]
        return max(times, default=None)

    def trace(self, trace_id: str) -> Trace | None:
        """Return a trace; 404 means that there is none."""
        answer = self.servers.send("GET", "jaeger", f"/api/traces/{trace_id}")
        if answer.status_code == NOT_FOUND:
            return None
        data = _json(self.servers, "jaeger", answer.status_code, answer.text).get("data") or []
        with self.servers.reading("jaeger"):
            names = [trace["processes"][span["processID"]]["serviceName"] for trace in data for span in trace["spans"]]
        return _trace(names)


@dataclass(frozen=True, slots=True)
class Tempo:
    """Tempo's API; an unknown trace is answered with 200 and an empty one."""

    servers: Servers

    def query(self, service: str) -> str:
        """Return the search in TraceQL."""
        return f'{{ resource.service.name = "{service}" }}'

    def newest(self, service: str, start: float, end: float) -> float | None:
        """Return when the newest trace of a service began."""
        window = {"start": str(int(start)), "end": str(int(end) + 1)}
        answer = self.servers.ask("tempo", "/api/search", q=self.query(service), limit=str(SEARCHED), **window)
        with self.servers.reading("tempo"):
            times = [int(trace["startTimeUnixNano"]) / NANO for trace in answer.get("traces") or []]
        return max(times, default=None)

    def trace(self, trace_id: str) -> Trace | None:
        """Return a trace."""
        answer = self.servers.send("GET", "tempo", f"/api/v2/traces/{trace_id}", headers={"Accept": "application/json"})
        if answer.status_code == NOT_FOUND:
            return None
        content = _json(self.servers, "tempo", answer.status_code, answer.text)
        with self.servers.reading("tempo"):
            resources = (content.get("trace") or {}).get("resourceSpans") or []
            return _trace([name for resource in resources for name in _names(resource)])


def store(servers: Servers) -> TraceStore | None:
    """Return the trace store that runs, None when none does."""
    kinds: dict[str, TraceStore] = {"jaeger": Jaeger(servers), "tempo": Tempo(servers)}
    return kinds.get(servers.trace_store)


def _trace(names: list[str]) -> Trace | None:
    return Trace({name: names.count(name) for name in sorted(set(names))}) if names else None


def _starts(trace: dict[str, Any], service: str) -> list[float]:
    """Return when the spans of one service began: a trace holds those of others, too."""
    ours = {key for key, process in trace["processes"].items() if process["serviceName"] == service}
    return [span["startTime"] / MICRO for span in trace["spans"] if span["processID"] in ours]


def _names(resource: dict[str, Any]) -> list[str]:
    attributes = {each["key"]: each["value"].get("stringValue", "") for each in resource["resource"]["attributes"]}
    count = sum(len(scope.get("spans") or []) for scope in resource.get("scopeSpans") or [])
    return [attributes.get("service.name", "")] * count


def _json(servers: Servers, name: str, status: int, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if status >= NOT_FOUND or not isinstance(content, dict):
        raise servers.broken(name, f"answers {status} when asked for a trace: {text.strip()[:120]}", servers.log(name))
    return content
