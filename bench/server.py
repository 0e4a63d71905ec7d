"""A real Prometheus of the project's own build, on the loopback interface, with a data folder of its own."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cost import CommandFailedError
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OWN = Path(__file__).parent.parent / ".cache" / "bin"
_READY_WITHIN = 600.0
_CONFIG = """\
global: {{scrape_interval: {scrape}s, evaluation_interval: 1m}}
rule_files: {rules}
scrape_configs: {targets}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running Prometheus: its process, and the seconds from its start until it was ready."""

    url: str
    process: subprocess.Popen[bytes]
    started_in: float = 0.0

    def get(self, path: str) -> str:
        """The body of a page."""
        with LocalSession(300) as session:
            answer = session.get(self.url + path)
        answer.raise_for_status()
        return answer.text

    def query(self, expr: str, at: float, *, stats: bool = False) -> dict[str, Any]:
        """The answer of an instant query: `result`, and `stats` when asked for."""
        fields = {"query": expr, "time": f"{at:.3f}", "timeout": "300s", **({"stats": "all"} if stats else {})}
        with LocalSession(400) as session:
            answer = session.post(self.url + "/api/v1/query", data=fields)
        if not answer.ok:
            raise CommandFailedError(f"Prometheus refuses {expr!r}: {answer.text}")
        data: dict[str, Any] = answer.json()["data"]
        return data


def program(name: str) -> str:
    """The path of `prometheus` or `promtool`: those of `make tools` before those of PATH.

    Raises:
        CommandFailedError: neither is there.
    """
    own = _OWN / name
    found = str(own) if own.exists() else shutil.which(name)
    if not found:
        raise CommandFailedError(f"no {name} here; `make tools` builds it")
    return found


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path, rules: Sequence[Path] = (), target: int | None = None, scrape: int = 30) -> Iterator[Server]:
    """Run Prometheus over `folder`/data until the block ends. `target` is a port to scrape."""
    config, port = folder / "prometheus.yml", free_port()
    jobs = (
        [{"job_name": "bench", "honor_labels": True, "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]
        if target
        else []
    )
    names = json.dumps([str(path.resolve()) for path in rules])
    config.write_text(_CONFIG.format(scrape=scrape, rules=names, targets=json.dumps(jobs)))
    with (folder / "prometheus.log").open("ab") as log:
        process = subprocess.Popen(_command(config, folder / "data", port), stdout=log, stderr=log)
    try:
        server = Server(f"http://127.0.0.1:{port}", process)
        yield replace(server, started_in=_wait(server, folder / "prometheus.log"))
    finally:
        process.terminate()
        process.wait()


def _command(config: Path, data: Path, port: int) -> list[str]:
    return [
        program("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.retention.time=20y",
        "--storage.tsdb.min-block-duration=2h",  # equal limits: blocks stay as they are
        "--storage.tsdb.max-block-duration=2h",
        "--query.max-samples=200000000",
        "--log.level=error",
    ]


def _wait(server: Server, log: Path) -> float:
    start = time.monotonic()
    while time.monotonic() < start + _READY_WITHIN:
        with contextlib.suppress(OSError):
            server.get("/-/ready")
            return time.monotonic() - start
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise CommandFailedError(f"Prometheus did not get ready:\n{log.read_text()[-2000:]}")


def version() -> str:
    """Such as `Prometheus 3.14.0`."""
    told = subprocess.run([program("prometheus"), "--version"], check=True, capture_output=True, text=True).stdout
    return f"Prometheus {told.split()[2]}"
