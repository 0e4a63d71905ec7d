"""The shop as processes, with as much telemetry as a benchmark asks for, and what these processes have used."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import requests

from bench.cost import CommandFailedError
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TIERS = ("catalog", "orders", "web")
_ROOT = Path(__file__).parent.parent
_START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Shop:
    """Three tiers that serve; ports and processes by the names of the tiers."""

    ports: Mapping[str, int]
    processes: Mapping[str, psutil.Process]

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each tier has used so far, in all of its threads."""
        return {tier: _nanoseconds(process) / 1e9 for tier, process in self.processes.items()}

    def scrape(self, tier: str) -> int:
        """Bytes of the answer to one scrape."""
        headers = {"Accept": "application/openmetrics-text; version=1.0.0", "Accept-Encoding": "identity"}
        with LocalSession(10) as session:
            return len(session.get(f"http://127.0.0.1:{self.ports[tier]}/metrics", headers=headers).content)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    folder: Path, settings: Mapping[str, str], starter: tuple[str, ...] = (), checkout: Path = _ROOT
) -> Iterator[Shop]:
    """The shop, ready, until the block ends; `settings` are more variables of its environment.

    A `starter` is a program that starts each tier, a `checkout` the folder whose code runs, in its own environment.

    Raises:
        CommandFailedError: a tier did not get ready.
    """
    folder.mkdir(parents=True)
    python = sys.executable if checkout == _ROOT else str(checkout / ".venv" / "bin" / "python")
    ports = {tier: free_port() for tier in TIERS}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_"))}
    environment |= {
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_CATALOG_URL": f"http://127.0.0.1:{ports['catalog']}",
        "SHOP_ORDERS_URL": f"http://127.0.0.1:{ports['orders']}",
        # A machine that is busy with something else shall not fail a request.
        "SHOP_DEADLINE_SECONDS": "20",
        "SHOP_ATTEMPT_SECONDS": "20",
        **settings,
    }
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for tier in TIERS:
            # Not into a file: the database would have to wait for its lines each time that it makes an order durable.
            started[tier] = subprocess.Popen(
                [*starter, python, "-m", f"apps.{tier}"],
                cwd=checkout,
                env=environment | {"SHOP_PORT": str(ports[tier])},
                stdout=subprocess.DEVNULL,
            )
        for tier in TIERS:
            wait_for(f"http://127.0.0.1:{ports[tier]}/readyz")
        yield Shop(ports, {tier: psutil.Process(process.pid) for tier, process in started.items()})
    finally:
        _end(started.values())


@contextmanager
def sink() -> Iterator[str]:
    """The address of a stand-in for a Collector, until the block ends."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)], cwd=_ROOT)
    try:
        wait_for(url)
        yield url
    finally:
        _end([process])


def wait_for(url: str) -> None:
    """Return as soon as the address answers.

    Raises:
        CommandFailedError: it did not in time.
    """
    end = time.monotonic() + _START_SECONDS
    with LocalSession(2) as session:
        while time.monotonic() < end:
            with suppress(requests.RequestException):
                if session.get(url).ok:
                    return
            time.sleep(0.1)
    raise CommandFailedError(f"{url} did not answer within {_START_SECONDS} s")


def _nanoseconds(process: psutil.Process) -> float:
    """From the scheduler where it tells, for the usual figures come in steps of ten milliseconds."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.is_dir():
        times = process.cpu_times()
        return (times.user + times.system) * 1e9
    return float(sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()))


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    ended = list(processes)
    for process in ended:
        process.terminate()
    for process in ended:
        process.wait(timeout=30)
