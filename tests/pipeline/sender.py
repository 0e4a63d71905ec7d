"""Sends traces and logs by OTLP over HTTP, written by hand: what no SDK would send can be sent, too."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.local import send

Value = str | int | float | bool | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """One span; times in milliseconds, `ago` until its end."""

    trace: str
    span: str
    name: str = "GET /products"
    parent: str = ""
    kind: int = 2
    milliseconds: float = 20
    attributes: Mapping[str, Value] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    error: str | None = None

    def encoded(self, now: int) -> dict[str, Any]:
        """Return it as OTLP's JSON."""
        failed = {"code": 2, "message": self.error}
        return {
            "traceId": self.trace,
            "spanId": self.span,
            "parentSpanId": self.parent,
            "name": self.name,
            "kind": self.kind,
            "startTimeUnixNano": str(now - int(self.milliseconds * 1e6)),
            "endTimeUnixNano": str(now),
            "attributes": _attributes(self.attributes),
            "events": [
                {"timeUnixNano": str(now), "name": name, "attributes": _attributes(attributes)}
                for name, attributes in self.events.items()
            ],
            "status": {} if self.error is None else failed,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One log record."""

    body: Value
    trace: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)

    def encoded(self, now: int) -> dict[str, Any]:
        """Return it as OTLP's JSON."""
        return {
            "timeUnixNano": str(now),
            "severityText": "INFO",
            "severityNumber": 9,
            "body": _value(self.body),
            "traceId": self.trace,
            "spanId": self.trace[:16],
            "attributes": _attributes(self.attributes),
        }


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends to the Collector at an address, as one tier of the shop."""

    url: str
    service: str = "web"

    def spans(self, spans: Sequence[Span]) -> None:
        """Send spans in one request; it must be accepted."""
        now = time.time_ns()
        scopes = [{"scope": {"name": "test"}, "spans": [span.encoded(now) for span in spans]}]
        self._send("traces", {"resourceSpans": [{"resource": self._resource(), "scopeSpans": scopes}]})

    def lines(self, lines: Sequence[Line]) -> None:
        """Send log records in one request; it must be accepted."""
        now = time.time_ns()
        records = [line.encoded(now + index) for index, line in enumerate(lines)]
        scopes = [{"scope": {"name": "test"}, "logRecords": records}]
        self._send("logs", {"resourceLogs": [{"resource": self._resource(), "scopeLogs": scopes}]})

    def _send(self, signal: str, content: dict[str, Any]) -> None:
        answer = send("POST", f"{self.url}/v1/{signal}", seconds=10, json=content)
        assert answer.status_code == 200, answer.text
        assert not answer.json().get("partialSuccess"), answer.text

    def _resource(self) -> dict[str, Any]:
        attributes: Mapping[str, Value] = {
            "service.name": self.service,
            "service.namespace": "slobox",
            "service.instance.id": "of-a-test",
            "deployment.environment.name": "demo",
        }
        return {"attributes": _attributes(attributes)}


def _attributes(values: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {"kvlistValue": {"values": _attributes(value)}}
