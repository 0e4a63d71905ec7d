"""A real Prometheus that scrapes a small exporter, for what unit tests of rules cannot show."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.local import get

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

PATIENCE = 90
CONFIG = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: exporter
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class Counters(BaseHTTPRequestHandler):
    """Counters that grow by ten good events and one bad one with each scrape."""

    scrapes = 0

    def do_GET(self) -> None:
        """Answer a scrape."""
        type(self).scrapes += 1
        text = "".join(
            f'{name}_requests_total{{code="{code}"}} {events * self.scrapes}\n'
            for name in ("one", "two")
            for code, events in (("200", 10), ("500", 1))
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class Server:
    """A running Prometheus."""

    def __init__(self, url: str, log: Path) -> None:
        """Know where it listens and what it writes."""
        self.url = url
        self.log = log

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The samples of an instant query; none while the server starts."""
        try:
            return list(get(f"{self.url}/api/v1/query", seconds=10, params={"query": expr}).json()["data"]["result"])
        except requests.RequestException:
            return []

    def await_samples(self, expr: str, count: int) -> list[dict[str, Any]]:
        """The samples of an expression as soon as there are so many."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if len(samples := self.query(expr)) >= count:
                return samples
            time.sleep(0.2)
        pytest.fail(f"{expr} gave no {count} samples; the log says: {self.log.read_text()[-2000:]}")

    def without_samples(self, exprs: Iterable[str]) -> list[str]:
        """The expressions that have no sample yet when patience is over; rules of a group are evaluated one by one."""
        end, left = time.monotonic() + PATIENCE, list(exprs)
        while (left := [expr for expr in left if not self.query(expr)]) and time.monotonic() < end:
            time.sleep(0.2)
        return left


@contextmanager
def running(program: Path, folder: Path, *rule_files: Path) -> Iterator[Server]:
    """A Prometheus with these rules, scraping the counters every second."""
    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Counters)
    Thread(target=exporter.serve_forever, daemon=True).start()
    rules = ", ".join(json.dumps(str(path)) for path in rule_files)
    (folder / "prometheus.yml").write_text(CONFIG.format(rules=rules, port=exporter.server_port), encoding="utf-8")
    port = free_port()
    log = folder / "log"
    command: list[str | Path] = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--query.lookback-delta=10s",
    ]
    try:
        with started(command, folder):
            yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        exporter.shutdown()
        exporter.server_close()


@contextmanager
def started(command: Sequence[str | Path], folder: Path) -> Iterator[None]:
    """Run a server in a folder until the block ends; its output goes to `log` there."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=90)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
