"""The Collector, VictoriaLogs and Jaeger, started as `box` starts them, on ports and in folders of their own."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from bench.ports import quiet_ports
from box.errors import BrokenError
from box.logs.store import Record, VictoriaLogs, Wanted
from box.readiness import answers, local_session
from box.servers import Servers
from box.services import BY_NAME, selection
from box.settings import Settings
from tests.conftest import BUILT, ROOT
from tests.local import get
from tests.pipeline.sender import Sender

T = TypeVar("T")
PATIENCE = 60
WEB = Wanted(service="web")
PROGRAMS = ("otelcol", "victoria-logs", "jaeger")


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Return what `look` finds at last; a server that does not answer has nothing."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            found = look()
        except requests.RequestException:
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {PATIENCE} s")


@dataclass(slots=True)
class Pipeline:
    """What keeps logs and traces; each server can be killed and started again with its data."""

    folder: Path
    settings: Settings
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def sender(self) -> Sender:
        """Return what sends to the Collector."""
        return Sender(self.settings.url("otel-collector/otlp-http"))

    def start(self, *names: str) -> None:
        """Start servers and wait until they are ready."""
        for name in names:
            self.running[name] = self._process(name)
        with local_session() as session:
            for name in names:
                wait_for(f"{name} is ready", partial(self._is_ready, session, name))

    def _is_ready(self, session: requests.Session, name: str) -> bool:
        ended = self.running[name].poll()
        assert ended is None, f"{name} ended with {ended}:\n{(self.folder / f'{name}.log').read_text()[-2000:]}"
        return answers(session, BY_NAME[name], self.settings)

    def kill(self, *names: str) -> None:
        """End servers as a crash would, without a chance to write anything."""
        for name in names:
            process = self.running.pop(name)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def end(self) -> None:
        """End whatever runs."""
        self.kill(*self.running)

    def traces(self, service: str = "web") -> dict[str, dict[str, Any]]:
        """Return all stored traces of a service, by id."""
        url = f"{self.settings.url('jaeger')}/api/traces?service={service}&limit=5000&lookback=1h"
        return {trace["traceID"]: trace for trace in _json(url)["data"]}

    def records(self, wanted: Wanted = WEB) -> list[Record]:
        """Return stored log records."""
        servers = Servers({"victoria-logs": self.settings.url("victoria-logs")}, "native", "")
        try:
            with servers.session:
                return VictoriaLogs(servers).records(wanted, time.time() - 3600, time.time() + 60, limit=5000)
        except BrokenError:
            return []

    def unwritten(self) -> float:
        """Return how many log records VictoriaLogs has in memory alone."""
        text = get(f"{self.settings.url('victoria-logs')}/metrics").text
        (row,) = re.findall(r'^vl_storage_rows{type="storage/inmemory"} (\d+)$', text, re.MULTILINE)
        return float(row)

    def collector(self, metric: str, **labels: str) -> float:
        """Return the sum of a metric of the Collector itself over all series with these labels."""
        url = f"{self.settings.url('otel-collector/metrics')}/metrics"
        text = get(url).text
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        rows = [line for line in text.splitlines() if re.split("[{ ]", line, maxsplit=1)[0] == metric]
        return sum(float(row.rpartition(" ")[2]) for row in rows if all(each in row for each in wanted))

    def _process(self, name: str) -> subprocess.Popen[bytes]:
        service, ports = BY_NAME[name], self.settings.ports
        fields: Mapping[str, Any] = {
            "bin": {program: BUILT / program for program in PROGRAMS},
            "root": ROOT,
            "run": self.folder,
            "data": self.folder / "data" / name,
            "folder": f"data/{name}",
            "port": ports,
            "url": {each: self.settings.url(each) for each in ports},
            "traces": ports["jaeger/otlp-grpc"],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [part.format_map(fields) for part in service.command],
                cwd=self.folder,
                env={**os.environ, **{key: value.format_map(fields) for key, value in service.environment}},
                stdout=log,
                stderr=log,
            )


def _json(url: str, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 -- what JSON holds
    return get(url, seconds=10, params=parameters).json()


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline of which nothing runs yet; nothing of it runs afterwards."""
    for program in PROGRAMS:
        if not (BUILT / program).exists():
            pytest.skip(f"no {program}: run `make tools`")
    names = [name for service in selection("jaeger") for name, _ in service.ports]
    made = Pipeline(tmp_path, Settings(dict(zip(names, quiet_ports(len(names)), strict=True))))
    try:
        yield made
    finally:
        made.end()
