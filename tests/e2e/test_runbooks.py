"""The commands of the runbooks do what the pages say, on a box that runs."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from box.ports import next_free
from box.services import CORE
from box.settings import load_settings
from tests.consistency.pages import Page, read

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PAGES = [read(path) for path in sorted((ROOT / "runbooks").glob("*.md"))]
BOX = str(Path(sys.executable).parent / "box")
PATIENCE = 90
ELSEWHERE = re.compile(
    r"otelcol_|vl_rows|(?:otel-collector|loki|victoria-logs|jaeger|tempo)\b|logs .*--(?:query|trace|order) "
    r"|docker |postgresql_|system_"
)
"""What a command speaks of that a light box does not have: logs and traces, and what is in containers only."""


LABELS = {"service": "catalog", "metric": "shop_visits_total"}
"""What a person would take from an alert: pages stop where it is not typed first."""


@dataclass(frozen=True, slots=True)
class Running:
    """A box on ports and in a folder of its own."""

    ports: Mapping[str, tuple[int, int]]
    run: Path
    environment: Mapping[str, str]

    def adapted(self, command: str) -> str:
        """The command of a page with the ports and the run folder of this box."""
        for printed, ours in self.ports.values():
            command = re.sub(rf"127\.0\.0\.1:{printed}\b", f"127.0.0.1:{ours}", command)
        return command.replace("$PWD/.cache/run", str(self.run)).replace(".cache/run", str(self.run))

    def execute(self, command: str) -> subprocess.CompletedProcess[str]:
        """What a person would see who types the command of a page."""
        return subprocess.run(
            ["sh", "-c", self.adapted(command)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ready(self) -> bool:
        """Whether every service can serve."""
        return self.execute(".venv/bin/box status").returncode == 0

    def ask(self, query: str) -> list[object]:
        """The result of a query."""
        answer = self.execute(f"curl -sSG http://127.0.0.1:9090/api/v1/query --data-urlencode 'query={query}'")
        found: list[object] = json.loads(answer.stdout)["data"]["result"]
        return found


def wait_for(true: Callable[[], object], what: str) -> None:
    """Return as soon as it is true; fail when it does not become so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE} s"
        time.sleep(0.5)


def free_ports(printed: Mapping[str, int]) -> dict[str, int]:
    """A free port for each service, away from the ones that are printed."""
    found: dict[str, int] = {}
    for name in printed:
        found[name] = next_free(max(20_000 + os.getpid() % 10_000, *found.values(), 0), found.values())
    return found


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A box with visitors in the shop, whose objectives have been measured once."""
    run = tmp_path_factory.mktemp("box") / "run"
    printed = load_settings(ROOT / ".env", {}).ports
    ours = free_ports(printed)
    environment = {
        **os.environ,
        "BOX_RUN_DIR": str(run),
        **{service.port_variable: str(ours[service.name]) for service in CORE},
        **LABELS,
        "port": str(ours[LABELS["service"]]),
    }
    ports = {name: (printed[name], ours[name]) for name in printed}
    running = Running(ports, run, environment)
    objectives = len(yaml.safe_load((ROOT / "slos.yaml").read_text(encoding="utf-8"))["slos"])
    subprocess.run([BOX, "up"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=180)
    try:
        # One by one: visitors who start together buy in step, and nobody for seconds in between.
        visitors = "curl -sSf -X POST -d user_count=10 -d spawn_rate=1 http://127.0.0.1:8089/swarm"
        assert running.execute(visitors).returncode == 0
        wait_for(lambda: len(running.ask("slo:error_ratio:5m")) == objectives, "a measurement of all objectives")
        yield running
    finally:
        subprocess.run([BOX, "down"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)
def test_every_command_of_a_page_runs(page: Page, box: Running) -> None:
    """Each command of a runbook succeeds as printed, and Prometheus understands each question."""
    failures = []
    for block, command in page.commands:
        if ELSEWHERE.search(command) and ":9090/api/v1/query" not in command:
            continue
        done = box.execute(command)
        if done.returncode != 0:
            failures.append(f"{block}: {command}\n{done.stdout}{done.stderr}")
        elif "/api/v1/" in command and json.loads(done.stdout)["status"] != "success":
            failures.append(f"{block}: {command}\n{done.stdout}")
        if "restart" in command:
            wait_for(box.ready, f"the restart of {block}")

    assert page.commands
    assert failures == []


def test_the_first_question_of_each_page_has_an_answer(box: Running) -> None:
    """The first thing that a page asks finds series: the objective is measured, or its target is known."""
    # Five minutes last five seconds here: without an order in them there is no ratio.
    firsts = {page.path.stem: page.commands[0][1] for page in PAGES}
    empty = {name: first for name, first in firsts.items() if not ELSEWHERE.search(first)}

    def answered() -> bool:
        for name, first in list(empty.items()):
            if json.loads(box.execute(first).stdout)["data"]["result"]:
                del empty[name]
        return not empty

    assert empty
    wait_for(answered, "an answer to the first question of each page")


def test_the_pages_find_a_fault_and_end_it(box: Running) -> None:
    """Whoever follows the page of the checkout while `orders` fails sees it, reads its reason, and can end it."""
    token = '-H "Authorization: Bearer $(cat .cache/run/secrets/admin-orders)"'
    body = '-H "Content-Type: application/json" -d \'{"rate": 1, "seconds": 600}\''
    switch = f"curl -sSf -X PUT {token} {body} http://127.0.0.1:8002/admin/faults/errors"
    assert box.execute(switch).returncode == 0
    (page,) = [page for page in PAGES if page.path.stem == "ShopCheckoutAvailabilityBudgetBurn"]
    commands = [command for _, command in page.commands]
    by_status, why, off = (next(c for c in commands if part in c) for part in ("(route, status)", "box logs", "DELETE"))

    # 502 while `web` asks, 503 as soon as its circuit breaker is open: the order of the visitors decides.
    wait_for(
        lambda: re.search(r'"status":"50[23]"', box.execute(by_status).stdout), "a failed checkout, seen by status"
    )
    # It comes from `orders`, the failed checkout from `web`: whose next scrape is first is chance.
    wait_for(lambda: box.ask("shop_fault_active == 1"), "the fault, seen by its metric")
    # Where other calls of `orders` have opened the circuit breaker first, that is what every checkout is told.
    told = re.compile("orders: (answered 500|circuit open)")
    wait_for(lambda: told.search(box.execute(why).stdout), "its reason in the log")

    assert box.execute(off).returncode == 0
    wait_for(lambda: not box.ask("shop_fault_active == 1"), "the end of the fault")
