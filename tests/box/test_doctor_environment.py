"""What the doctor finds out about the machine, and how it prints all of it."""

import json
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from box.cli import main
from box.doctor import environment, ports, view
from box.doctor.environment import MIB
from box.doctor.examine import examine
from box.doctor.values import Cell, Check, Hop, Report
from box.errors import Broken
from box.state import State
from box.supervision.control import ProcessState
from tests.box.fake_box import IN_COMPOSE, LIGHT, FakeBox, running

TOLD = Broken("loki", "is gone", "start it")


@pytest.mark.parametrize(("free", "state"), [(600, "ok"), (300, "warning"), (100, "broken")])
def test_room_has_two_limits(free: int, state: str) -> None:
    """Little is a warning, next to nothing is broken, and both say what to do."""
    check = environment._room("memory", free * MIB, (512 * MIB, 128 * MIB), "close something")  # noqa: SLF001

    assert check.state == state
    assert bool(check.broken) is (state == "broken")
    assert (state == "ok") or "close something" in check.told + str(check.broken)


def test_the_machine_is_looked_at(tmp_path: Path) -> None:
    """Memory, the disk of a folder that need not exist yet, and Python."""
    checks = {check.name: check for check in environment.machine(tmp_path / "not" / "yet")}

    assert set(checks) == {"memory", "disk", "python"}
    assert "MiB free" in checks["disk"].told


def test_a_clock_of_its_own_is_broken() -> None:
    """A second is fine, an hour is not; when Prometheus is silent nothing is known."""
    with running(FakeBox(), LIGHT) as servers:
        assert environment.clock(servers).state == "ok"
    hour = '{"data": {"result": [{"value": [0, "3600"]}]}}'
    with running(FakeBox(wrong={("prometheus", "/api/v1/query"): (200, hour)}), LIGHT) as servers:
        check = environment.clock(servers)
    with running(FakeBox(wrong={("prometheus", "*"): (500, "")}), LIGHT) as servers:
        unknown = environment.clock(servers)

    assert check.broken
    assert check.broken.component == "clock"
    assert unknown.state == "warning"


def test_versions_are_compared_with_the_pinned_ones() -> None:
    """The same minor version is fine, another is a warning that names both, and an unreadable one is no traceback."""
    box = FakeBox(wrong={("alertmanager", "/api/v2/status"): (200, "[]")})
    with running(box, (*IN_COMPOSE, "jaeger")) as servers:
        found = {
            check.name: check for check in environment.versions(servers, {"prometheus": "3.14.9", "loki": "3.7.8"})
        }

    assert found["version of prometheus"].state == "ok"
    assert found["version of loki"] == Check("version of loki", "warning", "2.9.1, tested with 3.7.8")
    assert found["version of alertmanager"].state == "warning"
    assert not any(check.broken for check in found.values())


@pytest.mark.parametrize(
    ("script", "state", "words"),
    [
        ("echo 27.5.1", "ok", "docker 27.5.1"),
        ("exit 1", "warning", "has no engine"),
        (None, "ok", "no docker"),
    ],
)
def test_the_engine_is_never_required(tmp_path: Path, script: str | None, state: str, words: str) -> None:
    """A box without containers does not need it: its absence is told and breaks nothing."""
    if script:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "docker").chmod(0o755)

    check = environment.engine(str(tmp_path))

    assert check.state == state
    assert words in check.told


def test_a_port_that_another_program_holds_is_told() -> None:
    """The holder, the service and the way out are named; what a service of the run holds is fine."""
    with running(FakeBox(), LIGHT) as servers:
        port = int(servers.urls["web"].split(":")[2].split("/")[0])
        known = State({"web": port, "tempo/grpc": 1}, 60, "up", "")

        ours = ports.of_run(known, {"web": ProcessState("web", "RUNNING", psutil.Process().pid, 0, "")})
        theirs = ports.of_run(known, {"web": ProcessState("web", "FATAL", 0, 0, "")})

    assert ours.state == "ok"
    assert theirs.broken
    assert str(theirs.broken).startswith(f"web: its port {port} is used by ")
    assert theirs.broken.repair.endswith("make down && make up")


def report(**parts: object) -> Report:
    """A report of nothing but these parts."""
    empty: dict[str, object] = dict.fromkeys(("environment", "components", "round_trip", "matrix", "alert_path"), ())
    return Report(mode="native", **{**empty, **parts})  # type: ignore[arg-type]


def test_what_is_down_is_told_before_what_follows_from_it() -> None:
    """Components come first, then the order's way, the matrix, the alert's way, and the machine."""
    parts: dict[str, object] = {
        "environment": [Check("disk", "broken", "", Broken("disk", "", ""))],
        "alert_path": [Hop("a", 0, "", Broken("pager", "", ""))],
        "matrix": [Cell("web", "logs", "", None, "broken", Broken("cell", "", ""))],
        "round_trip": [Hop("order", 0, "", None), Hop("r", 0, "", Broken("hop", "", ""))],
        "components": [Check("web", "ok", ""), Check("loki", "broken", "", TOLD)],
    }
    for name, first in (
        ("components", "loki"),
        ("round_trip", "hop"),
        ("matrix", "cell"),
        ("alert_path", "pager"),
        ("environment", "disk"),
    ):
        found = report(**parts).broken
        assert found
        assert found.component == first
        del parts[name]
    assert report().broken is None


def test_the_last_line_says_what_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, whatever the width of the terminal; markup in what servers say is text."""
    long = Broken("loki", "is gone [red]" + "x" * 200, "start it")
    view.show(Console(width=80), report(components=[Check("loki", "broken", "gone", long)]))
    *_, last = capsys.readouterr().out.splitlines()

    view.show(Console(width=80), report())
    *_, well = capsys.readouterr().out.splitlines()

    assert last == f"broken: {long}"
    assert well == "all is well"


def test_programs_get_all_of_it() -> None:
    """JSON has every part, the state of each step, and the first broken thing on its own."""
    with running(FakeBox(missing={'job="pager"'}), (*IN_COMPOSE, "jaeger")) as servers:
        content = json.loads(json.dumps(view.as_json(examine(servers, [Check("disk", "ok", "")], patience=0))))

    assert content["healthy"] is False
    assert content["broken"]["component"] == "pager"
    assert {"component", "problem", "repair"} == set(content["broken"])
    assert [hop["state"] for hop in content["round_trip"]] == ["ok"] * 6
    assert {"service", "signal", "query", "age_seconds", "state", "broken"} == set(content["matrix"][0])
    assert content["environment"][0]["name"] == "disk"


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_command_examines_what_variables_name(
    output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As inside of docker compose: exit code 0 when all is well, 1 when something is not."""
    codes = []
    for wrong in ({}, {("orders", "*"): (500, "ill")}):
        with running(FakeBox(wrong=dict(wrong)), LIGHT) as servers:
            for name, url in servers.urls.items():
                monkeypatch.setenv(f"DOCTOR_{name.upper()}_URL", url)
            codes.append(main(["doctor", "--format", output]))

    assert codes == [0, 1]
    out = capsys.readouterr().out
    assert ("broken: orders: is not ready" in out) if output == "text" else ('"component": "orders"' in out)


def test_a_box_that_does_not_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The machine is looked at, and the last line says how to start."""
    monkeypatch.setenv("BOX_RUN_DIR", str(tmp_path / "run"))

    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "broken: box: nothing is running; start it: make up"
