"""The box with logs and traces, without containers: three signals that lead to each other, and a killed Collector."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from bench.fullbox import without_tempo
from bench.ports import quiet_ports
from box.http import LocalSession
from box.processes import MARKER
from box.services import selection
from tests.consistency.pages import read
from tests.local import get, send

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]
REQUESTS = 400
PER_SECOND = 20
IDLE_MIB = 560
PATIENCE = 60
SCRAPE_SECONDS = 15
TIERS = {"web", "catalog"}
"""What a page of goods passes through."""
SEARCH = re.compile(r"box logs .*--(?:query|trace|order) ")


@dataclass(frozen=True, slots=True)
class Box:
    """A box that runs on ports and in a folder of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Return what a command of the box says; it must succeed."""
        command = [sys.executable, "-m", "box", *arguments]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, port: str, path: str, **parameters: str | float) -> Any:  # noqa: ANN401 -- what JSON holds
        """Return the JSON that a server answers."""
        url = f"http://127.0.0.1:{self.environment[port]}{path}"
        return get(url, seconds=10, params=parameters).json()

    def processes(self) -> list[psutil.Process]:
        """Return the processes of this box, found without its own code."""
        return [each for each in psutil.process_iter() if _mark(each) == str(self.folder / "run")]

    def trace(self, identity: str) -> set[str]:
        """Return the services of a stored trace; none when it is not there."""
        try:
            (found,) = self.ask("JAEGER_PORT", f"/api/traces/{identity}")["data"]
        except requests.HTTPError:
            return set()
        return {process["serviceName"] for process in found["processes"].values()}

    def lines(self, identity: str) -> set[str]:
        """Return the services that logged something about a trace, without what `box` makes of the question."""
        url = f"http://127.0.0.1:{self.environment['VICTORIALOGS_PORT']}/select/logsql/query"
        answer = get(url, params={"query": f"_time:1h trace_id:={identity}"})
        return {json.loads(line)["service.name"] for line in answer.text.splitlines()}


def _mark(process: psutil.Process) -> str:
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.environ().get(MARKER, "")
    except psutil.Error:
        return ""


def wait_for(what: str, look: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} s"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A full box in real time; nothing of it runs afterwards."""
    missing = [
        name for name in ("otelcol", "victoria-logs", "jaeger") if not (REPOSITORY / ".cache" / "bin" / name).exists()
    ]
    if missing:
        pytest.skip(f"no {missing[0]}: run `make tools`")
    folder = tmp_path_factory.mktemp("full")
    variables = sorted({variable for service in selection("jaeger") for _, variable in service.ports})
    ports = dict(zip(variables, map(str, quiet_ports(len(variables))), strict=True))
    path = without_tempo(os.environ["PATH"])
    made = Box(folder, {**os.environ, **ports, "PATH": path, "BOX_RUN_DIR": str(folder / "run")})
    try:
        made.run("up", "--full", "--time-scale", "1")
        yield made
    finally:
        made.run("down")
        assert made.processes() == []


def visit(box: Box, identities: list[str], at_half: Callable[[], None] = lambda: None) -> list[int]:
    """Look at the goods once for each trace id; return the answers' status."""
    found = []
    begun = time.monotonic()
    with LocalSession(10) as session:
        for index, identity in enumerate(identities):
            if index == len(identities) // 2:
                at_half()
            time.sleep(max(0.0, begun + index / PER_SECOND - time.monotonic()))
            headers = {"traceparent": f"00-{identity}-{identity[:16]}-01"}
            url = f"http://127.0.0.1:{box.environment['WEB_PORT']}/products"
            found.append(session.get(url, headers=headers).status_code)
    return found


def test_everything_is_ready_and_fits(box: Box) -> None:
    """Each service is ready, below its limit, and all together idle below 700 MiB."""
    rows = json.loads(box.run("status", "--format", "json"))
    print({row["name"]: round(row["memory_mib"]) for row in rows})  # noqa: T201 -- figures of the run

    assert [row["name"] for row in rows] == [service.name for service in selection("jaeger")]
    assert [row["name"] for row in rows if not row["ready"] or row["memory_mib"] > row["limit_mib"]] == []
    assert sum(row["memory_mib"] for row in rows) < IDLE_MIB


def test_every_socket_listens_on_this_machine_only(box: Box) -> None:
    """No server of the box can be reached from another machine, by TCP or by UDP."""
    sockets = [
        (process.name(), each.laddr)
        for process in box.processes()
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN or (each.type.name == "SOCK_DGRAM" and not each.raddr)
    ]

    assert len(sockets) >= sum(len(service.ports) for service in selection("jaeger"))
    assert [(name, address) for name, address in sockets if address.ip != "127.0.0.1"] == []


def test_every_exemplar_leads_to_its_trace_and_every_trace_to_its_lines(box: Box) -> None:
    """From the histogram to the trace, which has both tiers, and from there to the lines that both tiers wrote."""
    begun = time.time()
    assert set(visit(box, [os.urandom(16).hex() for _ in range(REQUESTS)])) == {200}
    ended = time.time()
    time.sleep(SCRAPE_SECONDS)

    query = 'http_request_duration_seconds_bucket{route="/products"}'  # the prober's orders never see the catalog
    series = box.ask("PROMETHEUS_PORT", "/api/v1/query_exemplars", query=query, start=begun, end=ended)["data"]
    identities = {exemplar["labels"]["trace_id"] for each in series for exemplar in each["exemplars"]}
    print(f"{len(identities)} exemplars of {REQUESTS} requests")  # noqa: T201 -- figures of the run

    assert len(identities) > 3
    wait_for("a trace for each exemplar", lambda: all(box.trace(each) >= TIERS for each in identities))
    wait_for("lines for each trace", lambda: all(box.lines(each) >= TIERS for each in identities))


def test_jaeger_does_not_trace_itself(box: Box) -> None:
    """It is asked all the time, and no span of its own lies among those of the shop."""
    services = box.ask("JAEGER_PORT", "/api/services")["data"]

    assert "web" in services
    assert set(services) <= {"web", "catalog", "orders"}


def test_the_page_for_logs_answers(box: Box) -> None:
    """`box up` prints its address; it is VictoriaLogs' own, and no other page may read it."""
    url = f"http://127.0.0.1:{box.environment['VICTORIALOGS_PORT']}/select/vmui/"
    page = get(url)
    asked = url.replace("/vmui/", "/logsql/query?query=*&limit=1")
    elsewhere = get(asked, headers={"Origin": "http://elsewhere.example"})

    assert elsewhere.status_code == 200
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
    assert url in box.run("up", "--full", "--time-scale", "1")
    assert page.status_code == 200
    assert "VictoriaLogs" in page.text


def test_an_order_is_found_by_its_id(box: Box) -> None:
    """`box logs` leads from an order to the lines of both tiers, from them to its trace, and a text to those lines."""
    web = f"http://127.0.0.1:{box.environment['WEB_PORT']}"
    body = {"items": [{"sku": "mug", "quantity": 1}], "email": "me@example.com"}
    headers = {"Idempotency-Key": os.urandom(8).hex()}
    answer = send("POST", f"{web}/api/checkout", json=body, headers=headers)
    assert answer.ok, answer.text
    order = answer.json()["order_id"]
    found: list[dict[str, Any]] = []

    def written() -> bool:
        found[:] = json.loads(box.run("logs", "--order", order, "--format", "json"))
        return {each["service"] for each in found} == {"web", "orders"}

    wait_for("lines of the order", written)
    (trace,) = {each["trace_id"] for each in found}
    assert all(each["fields"]["order_id"] == order for each in found)
    assert box.lines(trace) >= {"web", "orders"}
    assert order in box.run("logs", "web", "--trace", trace)
    assert order in box.run("logs", "orders", "--query", order[:13].upper(), "--since", "10m")
    assert box.run("logs", "catalog", "--order", order) == ""


def test_searches_of_the_runbooks_work(box: Box) -> None:
    """What the pages tell to type about the log store is answered by it."""
    pages = [read(path) for path in sorted((REPOSITORY / "runbooks").glob("*.md"))]
    commands = [command for page in pages for _, command in page.commands if SEARCH.search(command)]

    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command], cwd=REPOSITORY, env=box.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert done.stdout or "no records" in done.stderr, command
    assert len(commands) >= 5


def test_a_killed_collector_costs_no_request_and_no_line(box: Box) -> None:
    """It is started again at once; what the shop could not deliver meanwhile comes afterwards, line by line."""
    identities = [os.urandom(16).hex() for _ in range(REQUESTS)]

    def kill() -> None:
        (collector,) = [each for each in box.processes() if each.name() == "otelcol"]
        collector.send_signal(signal.SIGKILL)

    assert set(visit(box, identities, kill)) == {200}

    missing = set(identities)

    def all_there() -> bool:
        missing.difference_update([each for each in missing if box.lines(each) >= TIERS])
        return not missing

    wait_for("all lines", all_there)
    wait_for("the Collector", lambda: "running" in re.findall(r"otel-collector.*", box.run("status"))[0])
