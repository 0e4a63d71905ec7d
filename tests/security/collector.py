"""The real Collector with its shipped config, delivering into a store of the test instead of the two stores."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import requests
import yaml

from tests import local
from tests.box.conftest import free_ports
from tests.conftest import ROOT
from tests.security.processes import end

CONFIG = ROOT / "monitoring" / "otel-collector" / "config.yaml"
PORTS = (
    "COLLECTOR_HEALTH_PORT",
    "COLLECTOR_METRICS_PORT",
    "COLLECTOR_DERIVED_PORT",
    "OTLP_GRPC_PORT",
    "OTLP_HTTP_PORT",
)
PATIENCE = 90


@dataclass(slots=True)
class Store:
    """What was delivered, as JSON text, by path; while it is not `taking` the Collector has to keep it."""

    url: str = ""
    taking: bool = True
    refused: set[str] = field(default_factory=set)
    received: dict[str, str] = field(default_factory=dict)

    def wait(self, path: str) -> str:
        """Return what was delivered to a path.

        Raises:
            AssertionError: nothing was, in time.
        """
        _until(lambda: path in self.received, f"nothing came to {path}")
        return self.received[path]

    def wait_refused(self, *paths: str) -> None:
        """Wait until something was offered and refused at each path.

        Raises:
            AssertionError: nothing was, in time.
        """
        _until(lambda: self.refused >= set(paths), f"nothing was offered to {paths}")


def _until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


@contextmanager
def storing() -> Iterator[Store]:
    """Take OTLP as JSON until the block ends."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if store.taking:
                store.received[self.path] = store.received.get(self.path, "") + body
            else:
                store.refused.add(self.path)
            self.send_response(200 if store.taking else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        store.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield store
        server.shutdown()


@contextmanager
def collecting(otelcol: Path, store: Store, folder: Path) -> Iterator[str]:
    """Run the Collector; gives the address that takes OTLP over HTTP."""
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    instead = folder / "instead.yaml"
    instead.write_text(yaml.safe_dump(_deliver_to(store.url)))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [otelcol, f"--config={CONFIG}", f"--config={instead}"],
            env={**os.environ, **ports, "COLLECTOR_DATA": str(folder / "data")},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_ready(f"http://127.0.0.1:{ports['COLLECTOR_HEALTH_PORT']}/", folder / "log")
        yield f"http://127.0.0.1:{ports['OTLP_HTTP_PORT']}"
    finally:
        end(process)


def _deliver_to(url: str) -> Mapping[str, Any]:
    """Instead of the stores, with the queue on disk that these have."""
    pipelines = {name: {"exporters": ["otlp_http/test"]} for name in ("traces/keep", "logs")}
    shipped = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["exporters"]["otlp_http/logs"]
    kept = {key: value for key, value in shipped.items() if key not in {"logs_endpoint", "headers"}}
    exporter = {**kept, "endpoint": url, "encoding": "json"}
    return {"exporters": {"otlp_http/test": exporter}, "service": {"pipelines": pipelines}}


def _wait_ready(url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if local.send("GET", url).ok:
                return
        except requests.RequestException:
            pass
        assert time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.05)


def value(content: object) -> dict[str, Any]:
    """Return a value as OTLP's JSON has it: text, number, list or mapping."""
    if isinstance(content, Mapping):
        return {"kvlistValue": {"values": attributes(content)}}
    if isinstance(content, list):
        return {"arrayValue": {"values": [value(each) for each in content]}}
    return {"intValue": str(content)} if isinstance(content, int) else {"stringValue": content}


def attributes(content: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return attributes as OTLP's JSON has them."""
    return [{"key": key, "value": value(each)} for key, each in content.items()]


def send(url: str, signal: str, document: Mapping[str, Any]) -> None:
    """Send traces or logs; they must be accepted."""
    headers = {"Content-Type": "application/json"}
    answer = local.send("POST", f"{url}/v1/{signal}", data=json.dumps(document), headers=headers)
    answer.raise_for_status()
