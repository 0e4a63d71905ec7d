"""The three tiers of the shop as processes, and their processor time."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.ports import quiet_ports
from bench.processes import running, wait_for
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIERS = ("catalog", "orders", "web")
_START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop: ports and processes by tier."""

    ports: Mapping[str, int]
    processes: Mapping[str, psutil.Process]

    def url(self, tier: str) -> str:
        """Return the address of a tier."""
        return f"http://127.0.0.1:{self.ports[tier]}"

    def cpu(self) -> dict[str, float]:
        """Return the processor seconds that each tier has used, in all of its threads."""
        return {tier: _cpu(process) for tier, process in self.processes.items()}

    def scrape(self, tier: str) -> int:
        """Return the bytes of one scrape."""
        headers = {"Accept": "application/openmetrics-text; version=1.0.0", "Accept-Encoding": "identity"}
        with LocalSession(10) as session:
            return len(session.get(f"{self.url(tier)}/metrics", headers=headers).content)


@contextmanager
def serving(folder: Path, settings: Mapping[str, str], starter: tuple[str, ...] = ()) -> Iterator[Shop]:
    """Run the shop until the block ends; `settings` are environment variables, a `starter` runs each tier."""
    folder.mkdir(parents=True)
    ports = dict(zip(TIERS, quiet_ports(len(TIERS)), strict=True))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_"))}
    environment |= {
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_CATALOG_URL": f"http://127.0.0.1:{ports['catalog']}",
        "SHOP_ORDERS_URL": f"http://127.0.0.1:{ports['orders']}",
        # On a busy machine no request may fail for that alone.
        "SHOP_DEADLINE_SECONDS": "20",
        "SHOP_ATTEMPT_SECONDS": "20",
        **settings,
    }
    with ExitStack() as stack:
        # No log file: commits of the database would have to wait until its lines are on the disk.
        processes = {
            tier: stack.enter_context(
                running(
                    [*starter, sys.executable, "-m", f"apps.{tier}"],
                    stdout=subprocess.DEVNULL,
                    env=environment | {"SHOP_PORT": str(port)},
                )
            )
            for tier, port in ports.items()
        }
        for tier, process in processes.items():
            wait_for(f"http://127.0.0.1:{ports[tier]}/readyz", process, _START_SECONDS)
        yield Shop(ports, {tier: psutil.Process(process.pid) for tier, process in processes.items()})


def _cpu(process: psutil.Process) -> float:
    """Return processor seconds, from the scheduler where it has them: other figures have steps of ten milliseconds."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.is_dir():
        times = process.cpu_times()
        return float(times.user + times.system)
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
