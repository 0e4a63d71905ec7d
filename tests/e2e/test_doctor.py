"""`box doctor` on a box that runs: green soon after the start, and the stopped component by name, light and full."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.fullbox import without_tempo
from bench.ports import quiet_ports
from box.layout import Layout
from box.services import CORE, Service, selection
from box.supervision.control import Control
from tests.consistency import servers
from tests.local import get

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
BOX = str(Path(sys.executable).parent / "box")
BUILT = ROOT / ".cache" / "bin"
AFTER_FAILURES = {
    *(f"otelcol_exporter_{kind}_failed_{what}" for kind in ("enqueue", "send") for what in ("spans", "log_records")),
    *(f"otelcol_exporter_{kind}_failed_metric_points" for kind in ("enqueue", "send")),
    "otelcol_receiver_refused_metric_points",
    "otelcol_exporter_send_failed_spans_total",
    "otelcol_exporter_sent_spans_total",
    "otelcol_receiver_refused_spans_total",
}
"""Series that begin with the first failure, or, for metrics by OTLP, with the first sender: nobody is one here."""
SIGNALS = {"light": {"metrics"}, "full": {"metrics", "logs", "traces"}}


@dataclass(frozen=True, slots=True)
class Running:
    """A box on ports and in a folder of its own."""

    signals: set[str]
    services: tuple[Service, ...]
    environment: dict[str, str]

    @property
    def told_apart(self) -> tuple[Service, ...]:
        """What is stopped here, one after the other: in a full box what a light one does not have."""
        return tuple(service for service in self.services if service not in CORE) or self.services

    def box(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this box to its end."""
        return subprocess.run(
            [BOX, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def examined(self) -> tuple[int, dict[str, Any]]:
        """Exit code and report of the doctor."""
        done = self.box("doctor", "--format", "json")
        assert done.stderr == ""
        report: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, report

    def ask(self, path: str) -> Any:  # noqa: ANN401 - JSON is anything
        """What its Prometheus answers."""
        return get(f"http://127.0.0.1:{self.environment['PROMETHEUS_PORT']}{path}", seconds=10).json()["data"]

    def pid(self, name: str) -> int:
        """The process of a service."""
        return Control(Layout(ROOT, Path(self.environment["BOX_RUN_DIR"])).socket).states()[name].pid

    def stop(self, name: str) -> None:
        """Stop one service, as somebody would by hand; the supervisor leaves it so."""
        socket = Layout(ROOT, Path(self.environment["BOX_RUN_DIR"])).socket
        command: list[str | Path] = [Path(BOX).with_name("supervisorctl"), "-s", f"unix://{socket}", "stop", name]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module", params=["light", "full"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A box with the signals of its mode, started just now."""
    full = request.param == "full"
    if full and not all((BUILT / name).exists() for name in ("otelcol", "victoria-logs", "jaeger")):
        pytest.skip("the Collector, VictoriaLogs and Jaeger are not built: run `make tools`")
    services = selection("jaeger") if full else CORE
    variables = [variable for service in services for _, variable in service.ports]
    environment = {
        **os.environ,
        "PATH": without_tempo(os.environ["PATH"]),
        "BOX_RUN_DIR": str(tmp_path_factory.mktemp("b") / "r"),
        **dict(zip(variables, map(str, quiet_ports(len(variables))), strict=True)),
    }
    made = Running(SIGNALS[request.param], services, environment)
    started = made.box("up", *(["--full"] if full else []))
    assert started.returncode == 0, started.stderr
    try:
        yield made
    finally:
        made.box("down")


def test_a_fresh_box_is_well(running: Running) -> None:
    """Right after the start: every step of the order's and the alert's way works, and every cell is filled."""
    code, report = running.examined()

    assert (code, report["broken"]) == (0, None)
    assert {cell["signal"] for cell in report["matrix"]} == running.signals
    assert all(cell["age_seconds"] is not None for cell in report["matrix"])
    assert len(report["round_trip"]) == (6 if "traces" in running.signals else 2)
    assert [hop["name"] for hop in report["alert_path"]] == [
        "alert -> Alertmanager",
        "Alertmanager -> pager",
        "dead man's switch",
    ]
    assert {check["name"] for check in report["components"]} == {service.name for service in running.services}


def test_no_alert_about_the_platform_fires_in_a_healthy_box(running: Running) -> None:
    """Rules about components that do not run are quiet; the one that fires is the dead man's switch."""
    (groups,) = (running.ask("/api/v1/rules?type=alert")["groups"],)
    platform = [rule for group in groups if group["file"].endswith("platform.yml") for rule in group["rules"]]

    assert {rule["health"] for rule in platform} == {"ok"}
    assert {rule["name"] for rule in platform if rule["state"] != "inactive"} == {"Watchdog"}


def test_the_series_of_the_platform_rules_are_there(running: Running) -> None:
    """What rules and runbooks ask of the servers for logs and traces is what these export."""
    if "traces" not in running.signals:
        pytest.skip("a light box does not run them")
    wanted = {**servers.COLLECTOR, **servers.VICTORIA_LOGS, **servers.JAEGER}.keys() - AFTER_FAILURES

    assert wanted - set(running.ask("/api/v1/label/__name__/values")) == set()


def test_each_stopped_component_is_named_with_the_repair_which_works(running: Running) -> None:
    """Exit code 1, one line about the component that was stopped; the command in it brings the box back."""
    for service in running.told_apart:
        running.stop(service.name)

        done = running.box("doctor")

        last = done.stdout.splitlines()[-1]
        assert (done.returncode, done.stderr) == (1, ""), service.name
        assert last.startswith(f"broken: {service.name}: does not answer at http://127.0.0.1:"), last
        repair = last.rpartition("; start it: .venv/bin/box ")[2]
        assert running.box(*repair.split()).returncode == 0

    code, report = running.examined()

    assert (code, report["broken"]) == (0, None)


def test_servers_that_hang_are_named(running: Running) -> None:
    """All that is not restarted within the doctor's patience is named, each by its own line, and none by mistake."""
    hung = {"light": ("prometheus", "locust"), "full": ("otel-collector", "victoria-logs", "jaeger")}
    names = hung["full" if "traces" in running.signals else "light"]
    processes = [running.pid(name) for name in names]
    try:
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        _, report = running.examined()
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)

    assert {check["name"] for check in report["components"] if check["broken"]} == set(names)
    repairs = {check["name"]: check["broken"]["repair"] for check in report["components"] if check["broken"]}
    assert {name for name, repair in repairs.items() if repair.startswith("restart it: ")} == set(names) & {"locust"}
    assert all("liveness probes restart it" in repairs[name] for name in set(names) - {"locust"})


def test_a_dead_store_breaks_its_own_step_and_not_the_shop(running: Running) -> None:
    """Without the log store the order is placed, counted and traced; the first broken step is that of the log lines."""
    if "traces" not in running.signals:
        pytest.skip("a light box keeps no logs")
    running.stop("victoria-logs")
    done = running.box("doctor", "--format", "json")
    report = json.loads(done.stdout)
    running.box("up", "--full")

    assert report["broken"]["component"] == "victoria-logs"
    assert [hop["name"] for hop in report["round_trip"] if hop["broken"]] == ["trace -> log lines"]
    assert report["round_trip"][0]["state"] == "ok"
