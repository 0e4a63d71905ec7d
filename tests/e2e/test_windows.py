"""Scaled windows on a real Prometheus: what a fresh server must not raise, and what a stopped one loses."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from box.binaries import find_all
from box.http import LocalSession
from tests.e2e.counted_events import Events, served

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]
SCALE = 60
SPEC = """
version: 1
service: counted
slos:
  - name: availability
    objective: 99.9%
    sli: {events: {total: counted_total, bad: 'counted_total{code="500"}'}}
"""
WINDOWS = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1440, "3d": 4320, "30d": 43200}
"""Recorded windows and their scaled length in seconds."""

STOPPED = 1.0
"""A minute of real time, scaled, in seconds."""

INTERVAL = 1
"""Between two scrapes and two evaluations, in seconds."""

LONGEST_INTERVAL = 1.1 * INTERVAL
"""Longer ones `rate` takes for a pause, to the borders of which it does not extrapolate.
https://github.com/prometheus/prometheus/blob/v3.5.0/promql/functions.go (extrapolatedRate)
"""

TOO_BUSY = 10
"""So many seconds that nobody saw, of less than a minute, leave nothing to compare."""


class Server:
    """A scaled Prometheus with the compiled rules, alone on its port."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._url = f"http://127.0.0.1:{port}/api/v1"
        self._session = LocalSession(5)

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def ready(self) -> bool:
        """Return whether it answers."""
        try:
            return self._session.get(f"{self._url}/query", params={"query": "1"}).ok
        except requests.RequestException:
            return False

    def tiers(self) -> set[str]:
        """Return the tiers that fire; `NoData` is pending until the first events are counted, and that is right."""
        alerts = self._session.get(f"{self._url}/alerts").json()["data"]["alerts"]
        return {alert["labels"]["tier"] for alert in alerts if alert["state"] == "firing"}

    def unseen(self) -> list[tuple[float, float]]:
        """Return when nobody saw the counter, as spans of time: pauses of its samples and of evaluations."""
        return [*self._pauses('counted_total{code="200"}'), *self._pauses('slo:events:5m{kind="total"}')]

    def _pauses(self, series: str) -> list[tuple[float, float]]:
        answer: Any = self._session.get(f"{self._url}/query", params={"query": f"{series}[5m]"}).json()
        moments = [float(at) for at, _ in answer["data"]["result"][0]["values"]]
        return [(one, next_one) for one, next_one in pairwise(moments) if next_one - one > LONGEST_INTERVAL]

    def values(self, expression: str, at: float) -> dict[str, float]:
        """Return a query's result at a moment, by metric name."""
        answer: Any = self._session.get(f"{self._url}/query", params={"query": expression, "time": f"{at:.3f}"}).json()
        return {row["metric"]["__name__"]: float(row["value"][1]) for row in answer["data"]["result"]}


def compiled(folder: Path) -> None:
    """Compile the spec into `folder`."""
    (folder / "slos.yaml").write_text(SPEC)
    command = [sys.executable, "-m", "slo", "build", "slos.yaml", "-o", "rules", "--time-scale", str(SCALE)]
    subprocess.run([*command, "--target", "prometheus"], cwd=folder, check=True)


@contextmanager
def prometheus(folder: Path, name: str, target: int) -> Iterator[Server]:
    """Run a Prometheus with an empty database of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    scrape = {"job_name": "counted", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
    config = {
        "global": dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), f"{INTERVAL}s"),
        "rule_files": ["rules/prometheus/*.rules.yml"],
        "scrape_configs": [scrape],
    }
    (folder / f"{name}.yml").write_text(yaml.safe_dump(config))
    binary = find_all(REPOSITORY, os.environ["PATH"])["prometheus"].path
    command = [
        str(binary),
        f"--config.file={name}.yml",
        f"--storage.tsdb.path={folder / name}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--query.lookback-delta=10s",
    ]
    with (folder / f"{name}.log").open("wb") as log, subprocess.Popen(command, cwd=folder, stderr=log) as process:
        server = Server(port, process)
        try:
            wait_until_ready(server)
            yield server
        finally:
            server.close()
            process.send_signal(signal.SIGCONT)
            process.terminate()


def wait_until_ready(server: Server) -> None:
    """Wait for the first answer."""
    deadline = time.monotonic() + 20
    while not server.ready():
        assert time.monotonic() < deadline, "Prometheus did not start"
        time.sleep(0.05)


def wait_until_recorded(server: Server) -> None:
    """Wait for the first record of the counters."""
    deadline = time.monotonic() + 20
    while len(server.values("slo:events:5m", time.time())) == 0:
        assert time.monotonic() < deadline, "Prometheus recorded nothing"
        time.sleep(0.05)


def watch(server: Server, seconds: float) -> set[str]:
    """Return every tier that fires at any moment of the next seconds."""
    seen: set[str] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen |= server.tiers()
        time.sleep(0.1)
    return seen


def test_a_fresh_server_raises_no_ticket_for_a_short_small_fault(tmp_path: Path) -> None:
    """2 % errors for ten minutes raise neither a ticket nor an exhausted budget; a total outage after them pages."""
    compiled(tmp_path)
    events = Events(per_second=200, bad_share=0.02)
    with served(events) as target, prometheus(tmp_path, "fresh", target) as server:
        during = watch(server, 600 / SCALE)
        ratio = server.values("slo:error_ratio:5m", time.time())["slo:error_ratio:5m"]
        budget = server.values("slo:budget_remaining:ratio", time.time())["slo:budget_remaining:ratio"]
        events.change(bad_share=0.0, per_second=200)
        after = watch(server, 600 / SCALE)
        events.change(bad_share=1.0, per_second=200)
        outage = watch(server, 10)

    assert ratio == pytest.approx(0.02, rel=0.1), "the errors have to be seen, or the silence proves nothing"
    assert 0.98 < budget < 1.0
    assert during | after == set()
    assert "page-fast" in outage


def test_a_stopped_server_loses_no_more_than_the_time_it_stood(tmp_path: Path) -> None:
    """Two servers watch the same target, one stands still: no window differs by more than what it did not see."""
    compiled(tmp_path)
    events = Events(per_second=0, bad_share=0.0)
    with (
        served(events) as target,
        prometheus(tmp_path, "control", target) as control,
        prometheus(tmp_path, "stopped", target) as stopped,
    ):
        # Both have recorded before the first event, so that both see all of them.
        wait_until_recorded(control)
        wait_until_recorded(stopped)
        begun = time.time()
        events.change(bad_share=0.1, per_second=200)
        time.sleep(40)
        before = compare(control, stopped, seconds=5)
        stopped.process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        stopped.process.send_signal(signal.SIGCONT)
        age = time.time() - begun
        time.sleep(1)
        after = compare(control, stopped, seconds=20)
        # A second's stop hides the events between the last sample before it and the first one after it. A busy machine
        # adds pauses on either server; their own samples tell how many. An interval more is for the moment at which we
        # ask: one of the two may be an evaluation behind the other.
        unseen = max(STOPPED, covered([*stopped.unseen(), *control.unseen()])) + INTERVAL
    if unseen > TOO_BUSY:
        pytest.skip(f"the machine was too busy: nobody saw {unseen:.1f} s")

    excess = {}
    for window, length in WINDOWS.items():
        lost = unseen / min(length, age)
        print(f"{window}: {before[window]:.2%} before, {after[window]:.2%} after, unseen {lost:.2%}")  # noqa: T201 -- figures of the run
        if after[window] > lost + before[window]:
            excess[window] = f"{after[window]:.2%} is more than {lost:.2%} + {before[window]:.2%}"
    assert excess == {}


def covered(spans: list[tuple[float, float]]) -> float:
    """Return the length of all spans together, where they overlap only once."""
    total, end = 0.0, 0.0
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total


def compare(one: Server, other: Server, seconds: float) -> dict[str, float]:
    """Return for each window the largest relative difference of its counts during the next seconds."""
    worst = dict.fromkeys(WINDOWS, 0.0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        at = time.time() - 0.5
        for kind in ("total", "bad"):
            expression = f'{{__name__=~"slo:events:.+",kind="{kind}"}}'
            left, right = one.values(expression, at), other.values(expression, at)
            for window in WINDOWS:
                name = f"slo:events:{window}"
                worst[window] = max(worst[window], abs(right[name] / left[name] - 1))
        time.sleep(0.25)
    return worst
