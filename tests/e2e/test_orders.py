"""Orders survive: tiers are killed and restarted while 10,000 orders are placed, and the books are right at the end."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.apps.servers import free_port
from tests.e2e.orders_invariants import Plan, judge, main, place_all
from tests.local import send

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
[program:{name}]
command={python} -m apps.{name}
directory={root}
environment={environment}
autorestart=true
startsecs=0
startretries=100
stopasgroup=true
redirect_stderr=true
stdout_logfile={folder}/{name}.log
stdout_logfile_maxbytes=0
"""
SUPERVISOR = """
[supervisord]
nodaemon=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
childlogdir={folder}

[unix_http_server]
file={folder}/control.sock
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{folder}/control.sock
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """A shop on SQLite that supervisor keeps up: the URLs of web and database, and the command that kills a tier."""
    ports = {name: free_port() for name in ("web", "catalog", "orders")}
    database = f"sqlite:///{tmp_path}/shop.db"
    config = SUPERVISOR.format(folder=tmp_path)
    for name, port in ports.items():
        environment = ",".join(
            f'{variable}="{value}"'
            for variable, value in {
                "SHOP_PORT": port,
                "SHOP_DATABASE_URL": database,
                "SHOP_CATALOG_URL": f"http://127.0.0.1:{ports['catalog']}",
                "SHOP_ORDERS_URL": f"http://127.0.0.1:{ports['orders']}",
                "SHOP_LOG_LEVEL": "WARNING",
            }.items()
        )
        config += PROGRAM.format(name=name, python=sys.executable, root=ROOT, folder=tmp_path, environment=environment)
    path = tmp_path / "supervisord.conf"
    path.write_text(config)
    environment_without_otel = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    supervisor = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", path],
        env=environment_without_otel,
        stdout=subprocess.DEVNULL,
    )
    try:
        web = f"http://127.0.0.1:{ports['web']}"
        wait_until_ready(web)
        yield web, database, f"{sys.executable} -W ignore -m supervisor.supervisorctl -c {path} signal KILL {{name}}"
    finally:
        supervisor.terminate()
        supervisor.wait(timeout=30)


def wait_until_ready(web: str) -> None:
    """Return when all tiers can serve."""
    for _ in range(300):
        try:
            if send("GET", f"{web}/readyz").json()["status"] == "ready":
                return
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.1)
    pytest.fail("the shop was not ready within 30 seconds")


def test_no_order_is_lost_or_doubled(shop: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """With every tier killed twice, there are as many orders as keys, none twice, and the stock adds up."""
    web, database, kill_command = shop
    arguments = ["--web", web, "--database", database, "--count", "10000", "--concurrency", "50"]

    code = main([*arguments, "--kill", "web,catalog,orders,web,catalog,orders", "--kill-command", kill_command])

    output = capsys.readouterr().out
    print(output)  # noqa: T201 - the counts are wanted in the report of the run
    assert code == 0, output


async def test_the_check_notices_a_lost_order(shop: tuple[str, str, str]) -> None:
    """The check itself fails when an order that was acknowledged is not in the books."""
    web, database, _ = shop
    plan = Plan(
        web=web, database=database, count=5, concurrency=2, rate=0, give_up_seconds=20, kill=(), kill_command=""
    )
    run = await place_all(plan)
    run.acknowledged[plan.key(3)] = "00000000-0000-4000-8000-000000000000"

    assert judge(plan, run, 1.0).problems == ("1 acknowledged orders are missing or have another number",)
