"""Log records of the log store, by the query API of Loki or VictoriaLogs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from box.servers import Servers

NANO = 1_000_000_000
LIMIT = 200
FAILED = 400
ANY_STREAM = '{service_name=~".+"}'


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: records that match every given part; `text` matches in any field, whatever its case."""

    service: str = ""
    trace_id: str = ""
    order_id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A log record; `at` is in seconds since epoch, `fields` are all that the store keeps beside the message."""

    at: float
    message: str
    fields: Mapping[str, str]

    @property
    def service(self) -> str:
        """Return the service that wrote it."""
        return self.first("service.name", "service_name")

    @property
    def level(self) -> str:
        """Return the severity in lower case, or an empty string."""
        return self.first("severity_text", "severity", "level", "detected_level").lower()

    @property
    def trace_id(self) -> str:
        """Return the trace ID, or an empty string."""
        return self.first("trace_id")

    def first(self, *names: str) -> str:
        """Return the first of these fields that has a value."""
        return next((self.fields[name] for name in names if self.fields.get(name)), "")


class LogStore(Protocol):
    """Reads log records."""

    @property
    def name(self) -> str:
        """Return the name of the server."""

    def query(self, wanted: Wanted) -> str:
        """Return the query; values of `wanted` are quoted."""

    def records(self, wanted: Wanted, start: float, end: float, limit: int = LIMIT) -> list[Record]:
        """Return the newest records between two moments, in seconds since epoch; the newest is the first."""


@dataclass(frozen=True, slots=True)
class Loki:
    """Loki's query API; all but the name of the service is structured metadata there."""

    servers: Servers
    name: str = "loki"

    def query(self, wanted: Wanted) -> str:
        """Return the query in LogQL."""
        stream = f"{{service_name={quoted(wanted.service)}}}" if wanted.service else ANY_STREAM
        equal = {"trace_id": wanted.trace_id, "order_id": wanted.order_id}
        filters = [f"{name}={quoted(value)}" for name, value in equal.items() if value]
        if wanted.text:
            pattern = quoted(f"(?is).*{re.escape(wanted.text)}.*")
            found = f"searched=~{pattern} or error=~{pattern} or route=~{pattern} or order_id=~{pattern}"
            filters += ['label_format searched="{{__line__}}"', found, "drop searched"]
        return " | ".join([stream, *filters])

    def records(self, wanted: Wanted, start: float, end: float, limit: int = LIMIT) -> list[Record]:
        """Return the newest records."""
        window = {"start": str(int(start * NANO)), "end": str(int(end * NANO)), "limit": str(limit)}
        path = "/loki/api/v1/query_range"
        answer = self.servers.ask(self.name, path, query=self.query(wanted), direction="backward", **window)
        with self.servers.reading(self.name):
            streams = answer["data"]["result"]
            found = [_of_loki(stream["stream"], value) for stream in streams for value in stream["values"]]
        return _newest(found)


@dataclass(frozen=True, slots=True)
class VictoriaLogs:
    """VictoriaLogs' query API; a record is one JSON object in a line, and its field names keep their dots."""

    servers: Servers
    name: str = "victoria-logs"

    def query(self, wanted: Wanted) -> str:
        """Return the query in LogsQL."""
        equal = {"service.name": wanted.service, "trace_id": wanted.trace_id, "order_id": wanted.order_id}
        filters = [f"{name}:={quoted(value)}" for name, value in equal.items() if value]
        if wanted.text:
            filters.append(f"*:~{quoted(f'(?i){re.escape(wanted.text)}')}")
        return " ".join(filters) or "*"

    def records(self, wanted: Wanted, start: float, end: float, limit: int = LIMIT) -> list[Record]:
        """Return the newest records."""
        window = {"start": str(int(start * NANO)), "end": str(int(end * NANO)), "limit": str(limit)}
        path = "/select/logsql/query"
        answer = self.servers.read(self.name, path, query=self.query(wanted), **window)
        with self.servers.reading(self.name):
            return _newest([_of_victoria_logs(json.loads(line)) for line in answer.text.split("\n") if line])


def store(servers: Servers) -> LogStore | None:
    """Return the log store that runs, None when none does."""
    kinds: dict[str, LogStore] = {"loki": Loki(servers), "victoria-logs": VictoriaLogs(servers)}
    return kinds.get(servers.log_store)


def quoted(text: str) -> str:
    r"""Return a text as a string literal of LogQL and LogsQL, which read `"`, `\` and `\u` as Go does.

    What is not ASCII stays as it is: Go knows no surrogate pairs.
    """
    return json.dumps(text, ensure_ascii=False)


def _newest(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.at, reverse=True)


def _of_loki(labels: Mapping[str, str], entry: list[Any]) -> Record:
    return Record(int(entry[0]) / NANO, str(entry[1]), dict(labels))


def _of_victoria_logs(content: dict[str, str]) -> Record:
    at = datetime.fromisoformat(content.pop("_time")).timestamp()
    message = content.pop("_msg", "")
    return Record(at, message, {name: str(value) for name, value in content.items() if not name.startswith("_stream")})
