"""A box heals: tiers that hang or are killed come back by themselves, a full disk is named, and no order is lost."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from apps.data.tables import orders
from bench.ports import quiet_ports
from box.layout import Layout
from box.services import CORE
from tests.e2e.orders_invariants import Plan, Run, judge, place_all

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
TIERS = ("web", "catalog", "orders")
PATIENCE = 60
DISK_MIB = 24


@dataclass(frozen=True, slots=True)
class LightBox:
    """A box without logs and traces, on ports and in a folder of its own."""

    run: Path
    environment: dict[str, str]

    def box(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this box to its end."""
        command = [sys.executable, "-m", "box", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=240, check=False
        )

    def plan(self, count: int, kill: tuple[str, ...] = (), kill_command: str = "") -> Plan:
        """Orders through its web tier, twenty a second."""
        return Plan(
            web=f"http://127.0.0.1:{self.environment['WEB_PORT']}",
            database=f"sqlite:///{self.database}",
            count=count,
            concurrency=20,
            rate=20,
            give_up_seconds=120,
            kill=kill,
            kill_command=kill_command,
        )

    @property
    def database(self) -> Path:
        """The shop's database."""
        return self.run / "data" / "up" / "shop" / "shop.db"


def make_box(folder: Path) -> LightBox:
    """A box that is not started yet."""
    variables = [variable for service in CORE for _, variable in service.ports]
    ports = dict(zip(variables, map(str, quiet_ports(len(variables))), strict=True))
    run = folder / "run"
    return LightBox(run, {**os.environ, **ports, "BOX_RUN_DIR": str(run)})


@contextmanager
def started(made: LightBox) -> Iterator[None]:
    """Run the box until the block ends."""
    up = made.box("up")
    try:
        assert up.returncode == 0, up.stderr
        yield
    finally:
        made.box("down")


def test_no_order_is_lost_when_tiers_hang_or_are_killed(tmp_path: Path) -> None:
    """Each tier is stopped, then each is killed, while orders are placed: all come back, and the books are right."""
    made = make_box(tmp_path)
    trouble = shlex.join([sys.executable, "-m", "tests.e2e.trouble", str(made.run)])
    wanted = [f"{tier}:{signal}" for signal in ("STOP", "KILL") for tier in TIERS]
    with started(made):
        wait_for("probes of the services", (made.run / "liveness.json").exists)  # before, a process has more time
        plan = made.plan(1000, tuple(wanted), f"{trouble} {{name}}")
        run = asyncio.run(place_all(plan))
        verdict = judge(plan, run, 0)
        why = [row["service"] for row in json.loads((made.run / "liveness.json").read_text())["restarts"]]

    print(verdict)  # noqa: T201 - the counts are wanted in the report of the run
    assert verdict.problems == ()
    assert (verdict.acknowledged, list(verdict.kills)) == (1000, wanted)
    assert why == [*TIERS, *TIERS]


def test_a_full_disk_loses_no_order_and_is_named(tmp_path: Path) -> None:
    """Orders are refused while the database has no room, the doctor names its disk, and with room all are placed."""
    made = make_box(tmp_path)
    Layout(ROOT, made.run).lock.parent.mkdir()
    Layout(ROOT, made.run).lock.touch()  # by it a run folder is known
    with small_disk(made.database.parent), started(made):
        plan = made.plan(300)
        run, doctor = asyncio.run(place_with_a_full_disk(made, plan))
        verdict = judge(plan, run, 0)

    print(verdict)  # noqa: T201 - the counts are wanted in the report of the run
    assert "broken: orders: the disk of its data is full: 0 MiB free in " in doctor
    assert verdict.answers["503"] > 0
    assert (verdict.problems, verdict.acknowledged) == ((), 300)


async def place_with_a_full_disk(made: LightBox, plan: Plan) -> tuple[Run, str]:
    """Fill the disk when some orders are placed, ask the doctor, and make room again."""
    placing = asyncio.create_task(place_all(plan))
    filler = made.database.with_name("filler")
    await asyncio.to_thread(wait_for, "orders", lambda: count_orders(made.database) > 50)
    await asyncio.to_thread(fill, filler)
    doctor = await asyncio.to_thread(made.box, "doctor")
    filler.unlink()
    return await placing, doctor.stdout


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own for a folder."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("mounting a small file system needs root on Linux")
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def count_orders(database: Path) -> int:
    """Orders in the database."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(orders)) or 0
    engine.dispose()
    return found


def wait_for(what: str, look: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} s"
        time.sleep(0.2)
