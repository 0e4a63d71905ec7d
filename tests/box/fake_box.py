"""A whole box in one small server: every service answers under a path of its own, as a healthy one does or as told."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from box.http import LocalSession
from box.servers import Servers

LIGHT = ("web", "catalog", "orders", "prometheus", "alertmanager", "pager", "locust")
FULL = (*LIGHT, "otel-collector", "victoria-logs")
IN_COMPOSE = (*LIGHT, "otel-collector", "loki")
SILENT = "silent"
"""An answer that does not come while the doctor listens."""
PATIENCE = 1

Wrong = tuple[int, str] | str
NEIGHBOUR = "ab" * 16


class Lines(list[Any]):
    """An answer of one JSON object a line."""


class InTurn(dict[tuple[str, str], Any]):
    """Wrong answers that are given one after the other, and then right ones."""

    def get(self, key: tuple[str, str], default: object = None) -> object:
        """Give the next answer away."""
        turns = super().get(key)
        return turns.pop(0) if turns else default


@dataclass
class FakeBox:
    """What the servers know; `wrong` holds other answers, by service and path."""

    wrong: dict[tuple[str, str], Wrong] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    trace_id: str = ""
    orders: int = 7
    counted: bool = True
    exemplar: str = ""
    marked: int = 3
    in_trace: tuple[str, ...] = ("web", "orders")
    in_logs: tuple[str, ...] = ("web", "orders", "catalog")
    line_age: float = 0
    line_gap: float = 0.001
    route: str = "/api/checkout"
    runs: list[str] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    delivers: bool = True
    shows: bool = True
    watchdog: dict[str, Any] = field(
        default_factory=lambda: {"age_seconds": 4.2, "limit_seconds": 45.0, "overdue": False}
    )
    asked: list[tuple[str, str]] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    late: int = 0
    after: Callable[[], None] | None = None

    def answer(self, service: str, path: str, query: Mapping[str, str], body: Any, trace: str) -> tuple[int, Any]:  # noqa: ANN401
        """The answer of a service."""
        if self.after:
            self.after()
        self.asked.append((service, path))
        known: dict[str, Callable[[str, Mapping[str, str], Any, str], tuple[int, Any]]] = {
            "web": self._web,
            "prometheus": self._prometheus,
            "jaeger": self._jaeger,
            "tempo": self._tempo,
            "loki": self._loki,
            "victoria-logs": self._victoria_logs,
            "alertmanager": self._alertmanager,
            "pager": self._pager,
        }
        if path == "/readyz":
            return 200, {"status": "ready", "checks": {"database": "ok"}}
        return known[service](path, query, body, trace) if service in known else (200, {})

    def _web(self, path: str, _query: Mapping[str, str], _body: Any, trace: str) -> tuple[int, Any]:  # noqa: ANN401
        if path == "/api/products":
            return 200, {"products": [{"sku": "gone", "in_stock": False}, {"sku": "mug", "in_stock": True}]}
        if path == "/api/checkout":
            self.trace_id = trace.split("-")[1]
            self.orders += self.counted
            return 201, {"order_id": "order-1"}
        return 200, {}

    def _prometheus(self, path: str, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        if path == "/api/v1/query_exemplars":
            ids = [each for each in (self.exemplar, NEIGHBOUR, self.trace_id) if each and each not in self.missing]
            found = [{"labels": {"trace_id": each}, "timestamp": time.time() - 9 + at} for at, each in enumerate(ids)]
            return 200, {"data": [{"exemplars": found}] if found else []}
        if path == "/api/v1/status/buildinfo":
            return 200, {"data": {"version": "3.14.0"}}
        return 200, {"data": {"result": self._samples(query["query"])}} if "query" in query else {}

    def _samples(self, expression: str) -> list[dict[str, Any]]:
        if any(each in expression for each in self.missing):
            return []
        value: float = self.orders
        if "timestamp" in expression or "time()" in expression:
            value = time.time() - 1
        elif "exemplars_marked" in expression:
            value = self.marked
        elif 'route="/api/checkout"' not in expression:
            return []
        return [{"metric": {}, "value": [time.time(), str(value)]}]

    def _spans(self) -> tuple[str, ...]:
        self.late -= 1
        return () if self.late >= 0 else self.in_trace

    def _jaeger(self, path: str, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        if path == "/api/services":
            return 200, {"data": []}
        names = ("web", "catalog", "orders") if "service" in query else self._spans()
        names = tuple(name for name in names if f"{name}/traces" not in self.missing)
        if not names:
            return 404, {"data": None, "errors": [{"code": 404, "msg": "trace not found"}]}
        spans = [{"processID": f"p{name}", "startTime": int(time.time() * 1e6)} for name in names]
        return 200, {"data": [{"spans": spans, "processes": {f"p{name}": {"serviceName": name} for name in names}}]}

    def _tempo(self, path: str, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        if path == "/api/search":
            services = re.findall(r'service.name = "(\w+)"', query["q"])
            missing = any(f"{service}/traces" in self.missing for service in services)
            traces = [] if missing else [{"startTimeUnixNano": str(int(time.time() * 1e9))}]
            return 200, {"traces": traces}
        resources = [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]},
                "scopeSpans": [{"spans": [{}, {}]}],
            }
            for name in self._spans()
        ]
        return 200, {"trace": {"resourceSpans": resources} if resources else {}}

    def _loki(self, path: str, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        if path == "/ready":
            return 200, {}
        if path == "/loki/api/v1/status/buildinfo":
            return 200, {"version": "v2.9.1"}
        logged = self._logged(query, 'service_name="{}"')
        streams = [
            {"stream": self._fields() | {"service_name": name}, "values": [[str(int(at * 1e9)), "request"]]}
            for name, at in logged
        ]
        return 200, {"data": {"result": streams}}

    def _victoria_logs(self, path: str, query: Mapping[str, str], *_: object) -> tuple[int, Any]:
        if path == "/health":
            return 200, {}
        logged = self._logged(query, 'service.name:="{}"')
        times = {name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in logged}
        told = {"_msg": "request", **self._fields()}
        return 200, Lines({"_time": at, **told, "service.name": name} for name, at in times.items())

    def _logged(self, query: Mapping[str, str], selector: str) -> list[tuple[str, float]]:
        """Who wrote, and when: the newest within the window that is asked for."""
        asked = query["query"]
        start, end = (int(query[name]) / 1e9 for name in ("start", "end"))
        names = [name for name in self.in_logs if selector.format(name) in asked or "trace_id" in asked]
        now = min(time.time(), end) - self.line_age
        found = [(name, now - index * self.line_gap) for index, name in enumerate(names)]
        return [(name, at) for name, at in found if start <= at <= end][: int(query["limit"])]

    def _fields(self) -> dict[str, str]:
        return {"route": self.route, "method": "POST", "status": "201"}

    def _alertmanager(self, path: str, _query: Mapping[str, str], body: Any, _trace: str) -> tuple[int, Any]:  # noqa: ANN401
        if path == "/api/v2/status":
            return 200, {"versionInfo": {"version": "0.31.1"}}
        if body:
            self.posted += body
            self.runs.append(body[0]["labels"]["run"])
            return 200, {}
        return 200, [{}] if self.shows and self.runs else []

    def _pager(self, path: str, *_: object) -> tuple[int, Any]:
        if path == "/api/watchdog":
            return 200, self.watchdog
        alerts = [{"labels": {"run": run}} for run in self.runs] if self.delivers else []
        return 200, [{"alerts": alerts}]


@contextmanager
def running(box: FakeBox, names: tuple[str, ...], mode: str = "native", alone: str = "") -> Iterator[Servers]:
    """Serve the box, or one of its services `alone`, without a path; the doctor's patience with silence is short."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(box, f"/{alone}" if alone else "")) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        urls = {name: base if alone else f"{base}/{name}" for name in names}
        start = "box up" if mode == "native" else "docker compose up -d {name}"
        with LocalSession(PATIENCE) as session:
            yield Servers(urls, mode, start, session)
        server.shutdown()


def _handler(box: FakeBox, prefix: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers for all services."""

        def do_GET(self) -> None:
            """Answer."""
            parts = urlsplit(prefix + self.path)
            _, service, *rest = parts.path.split("/")
            path = "/" + "/".join(rest)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            box.tried.append(service)
            wrong = box.wrong.get((service, path)) or box.wrong.get((service, "*"))
            if wrong == SILENT:
                time.sleep(PATIENCE * 2)
                return
            if isinstance(wrong, tuple):
                self._say(*wrong)
            else:
                status, content = box.answer(service, path, query, body, self.headers.get("traceparent") or "")
                lines = content if isinstance(content, Lines) else [content]
                self._say(status, "\n".join(map(json.dumps, lines)))

        do_POST = do_GET  # noqa: N815 - the library's name

        def _say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
