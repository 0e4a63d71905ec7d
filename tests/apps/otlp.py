"""A Collector for tests: takes OTLP over HTTP, keeps what it was sent, and can refuse or go away."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Attributes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A span or a log record as it came over the wire; `name` is the body of a log record."""

    name: str
    trace_id: str
    span_id: str
    attributes: Attributes
    resource: Attributes
    parent: str = ""
    kind: int = 0
    error: bool = False
    events: tuple[tuple[str, Attributes], ...] = ()
    logger: str = ""

    @property
    def service(self) -> str:
        """Who sent it."""
        name: str = self.resource["service.name"]
        return name


@dataclass(slots=True)
class Receiver:
    """What was received, in order; `status` and `body` are the answer to all requests."""

    port: int = 0
    spans: list[Sent] = field(default_factory=list)
    logs: list[Sent] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    requests: int = 0
    encodings: set[str | None] = field(default_factory=set)
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, path: str, message: bytes) -> None:
        """Keep a request that was accepted."""
        self.raw.append(message)
        if path == "/v1/traces":
            self.spans += _spans(ExportTraceServiceRequest.FromString(message))
        else:
            self.logs += _logs(ExportLogsServiceRequest.FromString(message))

    def trace(self, trace_id: str) -> list[Sent]:
        """The spans of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]


@contextmanager
def receiving(again: Receiver | None = None) -> Iterator[Receiver]:
    """Receive until the block ends; given a receiver, it is back at its port."""
    receiver = Receiver() if again is None else again

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests += 1
            receiver.encodings.add(self.headers["Content-Encoding"])
            if receiver.status < 300:
                packed = self.headers["Content-Encoding"] == "gzip"
                receiver.take(self.path, gzip.decompress(message) if packed else message)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", receiver.port), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.leave()


class _Server(ThreadingHTTPServer):
    """Closes what is open when it leaves, as a process would that is killed."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *arguments: Any) -> None:
        self._open: list[Any] = []
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a connection that breaks is part of some tests."""

    def leave(self) -> None:
        self.server_close()
        for request in self._open:
            self.shutdown_request(request)


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something is true.

    Raises:
        AssertionError: it was not true in time.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not become true in time")
        time.sleep(0.02)


def _spans(message: ExportTraceServiceRequest) -> list[Sent]:
    return [
        Sent(
            name=span.name,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            kind=span.kind,
            error=span.status.code == 2,
            attributes=_attributes(span.attributes),
            events=tuple((event.name, _attributes(event.attributes)) for event in span.events),
            resource=_attributes(block.resource.attributes),
        )
        for block in message.resource_spans
        for scope in block.scope_spans
        for span in scope.spans
    ]


def _logs(message: ExportLogsServiceRequest) -> list[Sent]:
    return [
        Sent(
            name=record.body.string_value,
            trace_id=record.trace_id.hex(),
            span_id=record.span_id.hex(),
            attributes=_attributes(record.attributes) | {"severity": record.severity_text},
            resource=_attributes(block.resource.attributes),
            logger=scope.scope.name,
        )
        for block in message.resource_logs
        for scope in block.scope_logs
        for record in scope.log_records
    ]


def _attributes(pairs: Any) -> Attributes:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
