"""A real Prometheus of the project's own build, on the loopback interface, with a data folder of its own."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.cost import CommandFailedError
from bench.ports import quiet_port
from bench.processes import ROOT, running, wait_for
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_OWN = ROOT / ".cache" / "bin"
_READY_WITHIN = 600.0
_CONFIG = """\
global: {{scrape_interval: {scrape}s, evaluation_interval: 1m}}
rule_files: {rules}
scrape_configs: {targets}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running Prometheus, and the seconds from its start until it was ready."""

    url: str
    started_in: float

    def get(self, path: str) -> str:
        """Return the body of a page."""
        with LocalSession(300) as session:
            answer = session.get(self.url + path)
        answer.raise_for_status()
        return answer.text

    def query(self, expr: str, at: float, *, stats: bool = False) -> dict[str, Any]:
        """Return the answer of an instant query: `result`, and `stats` if wanted."""
        fields = {"query": expr, "time": f"{at:.3f}", "timeout": "300s", **({"stats": "all"} if stats else {})}
        with LocalSession(400) as session:
            answer = session.post(self.url + "/api/v1/query", data=fields)
        if not answer.ok:
            raise CommandFailedError(f"Prometheus refuses {expr!r}: {answer.text}")
        data: dict[str, Any] = answer.json()["data"]
        return data


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`, that of `make tools` before that of PATH.

    Raises:
        CommandFailedError: neither is there.
    """
    own = _OWN / name
    found = str(own) if own.exists() else shutil.which(name)
    if not found:
        raise CommandFailedError(f"no {name} here; `make tools` builds it")
    return found


@contextlib.contextmanager
def serving(folder: Path, rules: Sequence[Path] = (), target: int | None = None, scrape: int = 30) -> Iterator[Server]:
    """Run Prometheus over `folder`/data until the block ends. `target` is a port to scrape."""
    config, port = folder / "prometheus.yml", quiet_port()
    jobs = (
        [{"job_name": "bench", "honor_labels": True, "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]
        if target
        else []
    )
    names = json.dumps([str(path.resolve()) for path in rules])
    config.write_text(_CONFIG.format(scrape=scrape, rules=names, targets=json.dumps(jobs)))
    url, log = f"http://127.0.0.1:{port}", folder / "prometheus.log"
    command = _command(config, folder / "data", port)
    with log.open("ab") as out, running(command, stdout=out, stderr=out) as process:
        try:
            started_in = wait_for(f"{url}/-/ready", process, _READY_WITHIN)
        except CommandFailedError as error:
            raise CommandFailedError(f"{error}:\n{log.read_text()[-2000:]}") from error
        yield Server(url, started_in)


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


def version() -> str:
    """Return a text such as `Prometheus 3.14.0`."""
    text = subprocess.run([program("prometheus"), "--version"], check=True, capture_output=True, text=True).stdout
    return f"Prometheus {text.split()[2]}"
